using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// Writes a streamed answer as typed events (https://platform.openai.com/docs/api-reference/responses-streaming). The last event repeats the whole answer,
/// so all of it is kept until then. One stream, one caller at a time.
/// </summary>
internal sealed class StreamWriter(ConvertedCall call) : IAnswerEventWriter
{
    private const int MostKept = 64 * 1024 * 1024;

    private readonly EventSink _sink = new();
    private readonly BlockEvents _blocks = new(call);
    private readonly List<OutputItem> _items = [];
    private readonly Dictionary<int, StreamBlock> _open = [];
    private OpenMessage? _message;
    private Finish? _finish;
    private TokenUsage? _usage;
    private string? _model;
    private bool _started;
    private bool _ended;
    private bool _saidSomething;
    private int _kept;

    public void Write(AnswerEvent answerEvent, IBufferWriter<byte> output)
    {
        if (_ended)
            return;
        switch (answerEvent)
        {
            case AnswerStarted started:
                _model ??= started.Model;
                Start(output);
                break;
            case BlockStarted { Choice: 0 } started:
                Start(output);
                StartBlock(started, output);
                break;
            case BlockDelta { Choice: 0 } delta when _open.TryGetValue(delta.Block, out var block) && delta.Text.Length > 0:
                Keep(delta.Text.Length);
                _saidSomething |= block.Kind is BlockKind.Text or BlockKind.Refusal;
                _blocks.Delta(_sink, output, block, delta.Text);
                break;
            case BlockSigned { Choice: 0 } signed when _open.TryGetValue(signed.Block, out var block):
                block.Signature = signed.Signature;
                break;
            case BlockCited { Choice: 0 } cited when _open.TryGetValue(cited.Block, out var block):
                BlockEvents.Cite(_sink, output, block, cited.Citation);
                break;
            case BlockEnded { Choice: 0 } ended when _open.Remove(ended.Block, out var block):
                EndBlock(block, output);
                break;
            case LogprobsReported { Choice: 0 } reported:
                LastText()?.Logprobs.Add(reported.Logprobs);
                break;
            case UsageReported reported:
                _usage = reported.Usage;
                break;
            case Finished { Choice: 0 } finished:
                _finish = finished.Finish;
                break;
            case Faulted faulted:
                Fail(faulted.Fault.Type, faulted.Fault.Code, faulted.Fault.Message ?? Refusals.ProviderBroke.Message, faulted.Fault.Param, output);
                break;
            case Pinged:
                output.Write(": ping\n\n"u8);
                break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (_ended)
            return;
        Start(output);
        CloseAll(output);
        if (_finish is { Reason: FinishReason.Refusal } && !_saidSomething)
            Decline(output);
        var state = ResponseState.Of(_finish);
        WriteResponse(state.Status switch
        {
            "incomplete" => "response.incomplete"u8,
            "failed" => "response.failed"u8,
            _ => "response.completed"u8,
        }, state, output);
        _ended = true;
    }

    public void WriteFault(Refusal refusal, IBufferWriter<byte> output)
    {
        if (!_ended)
            Fail(refusal.Type, refusal.Code, refusal.Message, refusal.Param, output);
    }

    private void Start(IBufferWriter<byte> output)
    {
        if (_started)
            return;
        _started = true;
        WriteResponse("response.created"u8, ResponseState.InProgress, output);
        WriteResponse("response.in_progress"u8, ResponseState.InProgress, output);
    }

    private void StartBlock(BlockStarted started, IBufferWriter<byte> output)
    {
        if (_open.Remove(started.Block, out var replaced))
            EndBlock(replaced, output);
        if (started.Kind is BlockKind.Text or BlockKind.Refusal)
        {
            _open[started.Block] = _blocks.StartContent(_sink, output, started.Kind, _message ??= OpenMessage(output));
            return;
        }

        CloseMessage(output, force: false);
        if (started.Kind == BlockKind.Whole)
            WriteWhole(started.Part, output);
        else if (started.Kind == BlockKind.Thinking)
            _open[started.Block] = _blocks.StartThinking(_sink, output, NextItem(OutputItems.Reasoning));
        else if (started.Part is ToolCallPart tool)
            StartCall(started.Block, tool, output);
    }

    private void StartCall(int number, ToolCallPart tool, IBufferWriter<byte> output)
    {
        var isFreeform = DeclaredTools.IsFreeform(call, tool.Namespace, tool.Name);
        var item = NextItem(isFreeform ? OutputItems.FreeformCall : OutputItems.FunctionCall);
        _open[number] = _blocks.StartCall(_sink, output, item, tool, isFreeform);
    }

    private void EndBlock(StreamBlock block, IBufferWriter<byte> output)
    {
        switch (block.Kind)
        {
            case BlockKind.Text or BlockKind.Refusal:
                BlockEvents.EndContent(_sink, output, block);
                if (_message is not null)
                    _message.OpenContents--;
                break;
            case BlockKind.Thinking:
                _blocks.EndThinking(_sink, output, block);
                break;
            case BlockKind.ToolCall:
                BlockEvents.EndCall(_sink, output, block);
                if (block.Signature is { } signature)
                    WriteReasoning(NextItem(OutputItems.Reasoning), ThoughtText.Of(block.Call!.Id, signature), output);
                break;
        }
    }

    private void WriteWhole(Part? part, IBufferWriter<byte> output)
    {
        switch (part)
        {
            case HiddenThinkingPart hidden:
                var item = NextItem(OutputItems.Reasoning);
                if (hidden.Id is { } id)
                    _items[^1] = item = new OutputItem(item.Index, id);
                var encrypted = ThoughtText.Of(hidden);
                Keep(encrypted.Length);
                WriteReasoning(item, encrypted, output);
                break;
            case ImagePart { Media.Base64: { } bytes } image:
                Keep(bytes.Length);
                BlockEvents.Whole(_sink, output, NextItem(OutputItems.Image), image, static (json, item, image) => OutputItems.WriteImage(json, item.Id, image));
                break;
            default:
                call.Notes.Drop("output." + (part?.GetType().Name ?? "part"));
                break;
        }
    }

    private void WriteReasoning(OutputItem item, string encrypted, IBufferWriter<byte> output) => BlockEvents.Whole(
        _sink, output, item, encrypted, static (json, item, encrypted) => OutputItems.WriteReasoning(json, item.Id, null, null, encrypted));

    private OutputItem NextItem(string kind)
    {
        var item = new OutputItem(_items.Count, OutputItems.Id(call, kind, _items.Count));
        _items.Add(item);
        return item;
    }

    private OpenMessage OpenMessage(IBufferWriter<byte> output) => BlockEvents.StartMessage(_sink, output, NextItem(OutputItems.Message));

    private void CloseMessage(IBufferWriter<byte> output, bool force)
    {
        if (_message is null || (_message.OpenContents > 0 && !force))
            return;
        BlockEvents.EndMessage(_sink, output, _message);
        _message = null;
    }

    private void CloseAll(IBufferWriter<byte> output)
    {
        foreach (var block in _open.Values.OrderBy(static block => block.Item.Index))
            EndBlock(block, output);
        _open.Clear();
        CloseMessage(output, force: true);
    }

    private void Decline(IBufferWriter<byte> output)
    {
        var message = OpenMessage(output);
        var block = _blocks.StartContent(_sink, output, BlockKind.Refusal, message);
        _blocks.Delta(_sink, output, block, AnswerWriter.Declined);
        BlockEvents.EndContent(_sink, output, block);
        BlockEvents.EndMessage(_sink, output, message);
    }

    private void Fail(string? type, string? code, string message, string? param, IBufferWriter<byte> output)
    {
        Start(output);
        _ended = true;
        var json = _sink.Begin(output, "error"u8);
        ResponsesErrors.WriteMembers(json, type, code, message, param);
        _sink.End();
        WriteResponse("response.failed"u8, new ResponseState("failed", null, code ?? type ?? "server_error", message), output);
    }

    private void WriteResponse(ReadOnlySpan<byte> type, in ResponseState state, IBufferWriter<byte> output)
    {
        var json = _sink.Begin(output, type);
        json.WritePropertyName("response"u8);
        ResponseObject.Write(json, call, _model, null, state, _usage, _items, static (json, items) =>
        {
            foreach (var item in items)
            {
                if (item.Done is { } done)
                    json.WriteRawValue(done, skipInputValidation: true);
            }
        });
        _sink.End();
    }

    private StreamBlock? LastText()
    {
        var open = _open.Values.LastOrDefault(static block => block.Kind == BlockKind.Text);
        return open ?? _message?.Blocks.LastOrDefault(static block => block.Kind == BlockKind.Text);
    }

    private void Keep(int more)
    {
        _kept += more;
        if (_kept > MostKept)
            throw new JsonException("The provider's answer is larger than an answer can be.");
    }
}
