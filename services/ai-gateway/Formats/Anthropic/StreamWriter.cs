using System.Buffers;
using System.Text.Json;
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

    private readonly Dictionary<int, Block> _blocks = [];
    private TokenUsage _usage;
    private Finish? _finish;
    private Block? _text;
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
        using (var json = Event(output, "message_delta"u8))
        {
            json.WriteStartObject("delta"u8);
            AnswerWriter.WriteStop(json, _finish, _calls, _refusal is null ? null : new RefusalPart(_refusal));
            json.WriteEndObject();
            UsageJson.Write(json, _usage, isDelta: true);
            json.WriteEndObject();
        }

        EndEvent(output);
        output.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    public void WriteFault(Refusal refusal, IBufferWriter<byte> output) => AnthropicErrors.Instance.WriteEvent(output, refusal, call.RequestId);

    private void Start(AnswerStarted started, IBufferWriter<byte> output)
    {
        if (_started)
            return;
        _started = true;
        using (var json = Event(output, "message_start"u8))
        {
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
            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    private void StartBlock(BlockStarted started, IBufferWriter<byte> output)
    {
        Start(new AnswerStarted(null, null), output);
        switch (started.Kind)
        {
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

        var block = _blocks[started.Block] = new Block(started.Block, started.Kind, started.Part as ToolCallPart);
        if (block.Call?.Signature is { } signature)
            Sign(block, signature, output);
        if (block.Call?.Arguments is { Length: > 0 } arguments)
            Say(block, arguments, output);
    }

    private void Say(Block block, string text, IBufferWriter<byte> output)
    {
        if (text.Length == 0 || (block.Kind == BlockKind.Thinking && !AnswerWriter.WantsWords(call)))
            return;
        if (block.Kind == BlockKind.Refusal && (_refusal?.Length ?? 0) < LongestExplanation)
            _refusal += text;
        Open(block, output);
        using (var json = Delta(block, output))
        {
            var (type, name) = block.Kind switch
            {
                BlockKind.Thinking => ("thinking_delta", "thinking"),
                BlockKind.ToolCall => ("input_json_delta", "partial_json"),
                _ => ("text_delta", "text"),
            };
            json.WriteString("type"u8, type);
            json.WriteString(name, text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    private void Sign(Block block, Signature signature, IBufferWriter<byte> output)
    {
        if (block.Kind == BlockKind.ToolCall)
        {
            // Before the call where that is still possible: clients cut thoughts off an answer's end.
            if (block.IsOpen)
                block.Late = signature;
            else
                WriteRedacted(CarriedSignature.Data(signature), output);
            return;
        }

        if (block.Kind != BlockKind.Thinking || !AnswerWriter.WantsThoughts(call))
            return;
        Open(block, output);
        using (var json = Delta(block, output))
        {
            json.WriteString("type"u8, "signature_delta"u8);
            json.WriteString("signature"u8, signature.ToClient(SignatureOrigin.Claude));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    private void Cite(Block block, Citation citation, IBufferWriter<byte> output)
    {
        if (citation.Raw is null && citation.Url is null)
        {
            call.Notes.Drop("citations");
            return;
        }

        Open(block, output);
        using (var json = Delta(block, output))
        {
            json.WriteString("type"u8, "citations_delta"u8);
            json.WritePropertyName("citation"u8);
            if (!CitationJson.TryWrite(json, citation))
                json.WriteNullValue();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    private void EndBlock(Block block, IBufferWriter<byte> output)
    {
        if (block.Kind == BlockKind.ToolCall)
            Open(block, output);
        Close(block, output);
        if (block.Late is { } signature)
            WriteRedacted(CarriedSignature.Data(signature), output);
    }

    private void Open(Block block, IBufferWriter<byte> output)
    {
        if (block.IsOpen)
            return;
        if (_text is not null)
            Close(_text, output);
        block.Index = _next++;
        if (block.Kind != BlockKind.ToolCall)
            _text = block;
        using (var json = StartOf(block.Index, output))
        {
            switch (block)
            {
                case { Kind: BlockKind.ToolCall, Call: var toolCall }:
                    json.WriteString("type"u8, "tool_use"u8);
                    json.WriteString("id"u8, toolCall?.Id ?? "");
                    json.WriteString("name"u8, toolCall?.Name ?? "");
                    json.WriteStartObject("input"u8);
                    json.WriteEndObject();
                    break;
                case { Kind: BlockKind.Thinking }:
                    json.WriteString("type"u8, "thinking"u8);
                    json.WriteString("thinking"u8, ""u8);
                    json.WriteString("signature"u8, ""u8);
                    break;
                default:
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, ""u8);
                    break;
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    private void Close(Block block, IBufferWriter<byte> output)
    {
        if (!block.IsOpen)
            return;
        WriteStop(block.Index, output);
        block.Index = Block.Closed;
        if (_text == block)
            _text = null;
    }

    private void WriteRedacted(string data, IBufferWriter<byte> output)
    {
        if (_text is not null)
            Close(_text, output);
        var index = _next++;
        using (var json = StartOf(index, output))
        {
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.WriteString("data"u8, data);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        EndEvent(output);
        WriteStop(index, output);
    }

    private static Utf8JsonWriter StartOf(int index, IBufferWriter<byte> output)
    {
        var json = Event(output, "content_block_start"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("content_block"u8);
        return json;
    }

    private static Utf8JsonWriter Delta(Block block, IBufferWriter<byte> output)
    {
        var json = Event(output, "content_block_delta"u8);
        json.WriteNumber("index"u8, block.Index);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private static void WriteStop(int index, IBufferWriter<byte> output)
    {
        using (var json = Event(output, "content_block_stop"u8))
        {
            json.WriteNumber("index"u8, index);
            json.WriteEndObject();
        }

        EndEvent(output);
    }

    /// <summary>Begins an event of which the type is the name.</summary>
    private static Utf8JsonWriter Event(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        return json;
    }

    private static void EndEvent(IBufferWriter<byte> output) => output.Write("\n\n"u8);

    private sealed class Block(int number, BlockKind kind, ToolCallPart? call)
    {
        public const int Closed = -1;

        public int Number { get; } = number;

        public BlockKind Kind { get; } = kind;

        public ToolCallPart? Call { get; } = call;

        /// <summary>Anthropic's number while the block is open.</summary>
        public int Index { get; set; } = Closed;

        public bool IsOpen => Index != Closed;

        /// <summary>A signature that came when the call had begun.</summary>
        public Signature? Late { get; set; }
    }
}
