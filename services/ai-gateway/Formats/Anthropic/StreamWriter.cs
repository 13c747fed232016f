using System.Buffers;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// Writes Anthropic's stream (https://docs.anthropic.com/en/api/messages-streaming): a block begins when there is something to say in it, one block of text
/// ends before the next begins, and how it all ended is told when usage is known.
/// </summary>
internal sealed class StreamWriter(ConvertedCall call) : IAnswerEventWriter
{
    private const int LongestExplanation = 4000;

    private readonly EventWriter _events = new();
    private readonly Dictionary<int, StreamedBlock> _blocks = [];
    private TokenUsage _usage;
    private Finish? _finish;
    private StreamedBlock? _text;
    private BlockKind? _last;

    /// <summary>A thought that came right behind a text: it stands before the next block or nowhere, for no message ends in thoughts and clients take the last block for the answer.</summary>
    private string? _behindText;
    private string? _refusal;
    private int _next;
    private bool _started;
    private bool _calls;

    public void Write(AnswerEvent answerEvent, IBufferWriter<byte> output)
    {
        switch (answerEvent)
        {
            case AnswerStarted started:
                Start(started, output);
                break;
            case BlockStarted { Choice: 0 } started:
                StartBlock(started, output);
                break;
            case BlockDelta { Choice: 0 } delta when _blocks.TryGetValue(delta.Block, out var block):
                Say(block, delta.Text, output);
                break;
            case BlockSigned { Choice: 0 } signed when _blocks.TryGetValue(signed.Block, out var block):
                Sign(block, signed.Signature, output);
                break;
            case BlockCited { Choice: 0 } cited when _blocks.TryGetValue(cited.Block, out var block):
                Cite(block, cited.Citation, output);
                break;
            case BlockEnded { Choice: 0 } ended when _blocks.Remove(ended.Block, out var block):
                EndBlock(block, output);
                break;
            case UsageReported usage:
                _usage = usage.Usage;
                break;
            case Finished { Choice: 0 } finished:
                _finish = finished.Finish;
                break;
            case Pinged when _started:
                output.Write("event: ping\ndata: {\"type\":\"ping\"}\n\n"u8);
                break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        Start(new AnswerStarted(null, null), output);
        foreach (var block in _blocks.Values.OrderBy(static block => block.Number))
            EndBlock(block, output);
        _blocks.Clear();
        if (_behindText is not null)
            call.Notes.Drop("thinking.signature");
        var json = _events.Begin(output, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        AnswerWriter.WriteStop(json, _finish, _calls, _refusal is null ? null : new RefusalPart(_refusal));
        json.WriteEndObject();
        UsageJson.Write(json, _usage, isDelta: true);
        _events.End(output);
        output.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    public void WriteFault(Refusal refusal, IBufferWriter<byte> output) => AnthropicErrors.Instance.WriteEvent(output, refusal, call.RequestId);

    private void Start(AnswerStarted started, IBufferWriter<byte> output)
    {
        if (_started)
            return;
        _started = true;
        var json = _events.Begin(output, "message_start"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("id"u8, AnswerWriter.IdOf(started.Id, call));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, started.Model ?? call.UpstreamModel);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        UsageJson.Write(json, _usage, isDelta: false);
        _events.EndInner(output);
    }

    private void StartBlock(BlockStarted started, IBufferWriter<byte> output)
    {
        Start(new AnswerStarted(null, null), output);

        // What began earlier stands earlier.
        foreach (var earlier in _blocks.Values)
        {
            if (earlier.Kind == BlockKind.ToolCall)
                Release(earlier, output);
        }

        if (_behindText is { } behind)
            WriteRedacted(behind, output);
        _behindText = null;
        var isBehindText = _last == BlockKind.Text;
        _last = started.Kind;
        switch (started.Kind)
        {
            case BlockKind.Whole when started.Part is HiddenThinkingPart hidden && isBehindText:
                _behindText = AnswerWriter.WantsThoughts(call) ? CarriedSignature.Data(hidden) : null;
                return;
            case BlockKind.Whole when started.Part is HiddenThinkingPart hidden:
                if (AnswerWriter.WantsThoughts(call))
                    WriteRedacted(CarriedSignature.Data(hidden), output);
                return;
            case BlockKind.Whole:
                call.Notes.Drop("image");
                return;
            case BlockKind.ToolCall:
                _calls = true;
                break;
        }

        var block = _blocks[started.Block] = new StreamedBlock(started.Block, started.Kind, started.Part as ToolCallPart);
        if (block.Call?.Signature is { } signature)
            Sign(block, signature, output);
        if (block.Call?.Arguments is { Length: > 0 } arguments)
            Say(block, arguments, output);
    }

    private void Say(StreamedBlock block, string text, IBufferWriter<byte> output)
    {
        if (text.Length == 0 || (block.Kind == BlockKind.Thinking && !AnswerWriter.WantsWords(call)))
            return;
        if (block.Kind == BlockKind.ToolCall && block is { IsOpen: false, Held: null })
        {
            // One piece is kept back: a signature may follow, and has to stand before the call, for clients cut thoughts off an answer's end.
            block.Held = text;
            return;
        }

        if (block.Kind == BlockKind.Refusal && (_refusal?.Length ?? 0) < LongestExplanation)
            _refusal += text;
        Release(block, output);
        WriteText(block, text, output);
    }

    private void WriteText(StreamedBlock block, string text, IBufferWriter<byte> output)
    {
        switch (block.Kind)
        {
            case BlockKind.Thinking:
                _events.BeginDelta(output, block.Index, "thinking_delta"u8).WriteString("thinking"u8, text);
                break;
            case BlockKind.ToolCall:
                _events.BeginDelta(output, block.Index, "input_json_delta"u8).WriteString("partial_json"u8, text);
                break;
            default:
                _events.BeginDelta(output, block.Index, "text_delta"u8).WriteString("text"u8, text);
                break;
        }

        _events.EndInner(output);
    }

    private void Sign(StreamedBlock block, Signature signature, IBufferWriter<byte> output)
    {
        if (block.Kind == BlockKind.ToolCall)
        {
            if (block.Signature == signature)
                return;
            block.Signature = signature;
            if (block.IsOpen)
                block.IsSignedLate = true;
            else
                WriteRedacted(CarriedSignature.Data(signature), output);
        }
        else if (block.Kind == BlockKind.Thinking && AnswerWriter.WantsThoughts(call))
        {
            Open(block, output);
            _events.BeginDelta(output, block.Index, "signature_delta"u8).WriteString("signature"u8, signature.ToClient(SignatureOrigin.Claude));
            _events.EndInner(output);
        }
    }

    private void Cite(StreamedBlock block, Citation citation, IBufferWriter<byte> output)
    {
        if (!CitationJson.CanWrite(citation))
        {
            call.Notes.Drop("citations");
            return;
        }

        Open(block, output);
        var json = _events.BeginDelta(output, block.Index, "citations_delta"u8);
        json.WritePropertyName("citation"u8);
        CitationJson.TryWrite(json, citation);
        _events.EndInner(output);
    }

    private void EndBlock(StreamedBlock block, IBufferWriter<byte> output)
    {
        if (block.Kind == BlockKind.ToolCall)
            Release(block, output);
        Close(block, output);
        if (block is { IsSignedLate: true, Signature: { } signature })
            WriteRedacted(CarriedSignature.Data(signature), output);
    }

    /// <summary>Opens the block and says what was kept back.</summary>
    private void Release(StreamedBlock block, IBufferWriter<byte> output)
    {
        Open(block, output);
        if (block.Held is not { } held)
            return;
        block.Held = null;
        WriteText(block, held, output);
    }

    private void Open(StreamedBlock block, IBufferWriter<byte> output)
    {
        if (block.IsOpen)
            return;
        if (_text is not null)
            Close(_text, output);
        block.Index = _next++;
        var json = _events.BeginBlock(output, block.Index);
        switch (block.Kind)
        {
            case BlockKind.ToolCall:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, block.Call?.Id ?? "");
                json.WriteString("name"u8, block.Call?.Name ?? "");
                json.WriteStartObject("input"u8);
                json.WriteEndObject();
                break;
            case BlockKind.Thinking:
                _text = block;
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, ""u8);
                json.WriteString("signature"u8, ""u8);
                break;
            default:
                _text = block;
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, ""u8);
                break;
        }

        _events.EndInner(output);
    }

    private void Close(StreamedBlock block, IBufferWriter<byte> output)
    {
        if (!block.IsOpen)
            return;
        _events.WriteStop(output, block.Index);
        block.Index = StreamedBlock.Closed;
        if (_text == block)
            _text = null;
    }

    private void WriteRedacted(string data, IBufferWriter<byte> output)
    {
        if (_text is not null)
            Close(_text, output);
        var index = _next++;
        var json = _events.BeginBlock(output, index);
        json.WriteString("type"u8, "redacted_thinking"u8);
        json.WriteString("data"u8, data);
        _events.EndInner(output);
        _events.WriteStop(output, index);
    }
}
