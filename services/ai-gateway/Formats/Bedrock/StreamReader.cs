using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Reads ConverseStream's events (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html). Only tool calls and images
/// are announced; what other blocks are shows with their first delta. <c>metadata</c> follows after <c>messageStop</c>.
/// </summary>
internal sealed class StreamReader(ConvertedCall call) : IAnswerEventReader
{
    private readonly BedrockModel _model = new(call.UpstreamModel);
    private TokenUsage _usage;
    private bool _started;
    private bool _isOver;
    private int _blocks;
    private BlockKind? _open;
    private bool _called;
    private bool _unwraps;
    private bool _hasUnwrapped;
    private string _imageFormat = "";

    public bool IsComplete { get; private set; }

    public IEventFraming Framing { get; } = new EventStreamFraming();

    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        if (_isOver)
            return;
        if (name.Length > 0 && name[0] == EventStreamFraming.ExceptionMark)
        {
            _isOver = true;
            events.Add(new Faulted(ReadException(Encoding.UTF8.GetString(name[1..]), data)));
            return;
        }

        var reader = new Utf8JsonReader(data);
        var said = JsonElement.ParseValue(ref reader);
        if (!_started)
        {
            // Neither id nor model is told.
            _started = true;
            events.Add(new AnswerStarted(null, null));
        }

        if (name.SequenceEqual("metadata"u8))
        {
            if (Outcome.Usage(said) is { } usage)
                events.Add(new UsageReported(_usage = TokenCount.Larger(_usage, usage)));
        }
        else if (!IsComplete)
        {
            ReadContent(name, said, events);
        }
    }

    public void End(List<AnswerEvent> events) => Close(events);

    private void ReadContent(ReadOnlySpan<byte> name, JsonElement said, List<AnswerEvent> events)
    {
        if (name.SequenceEqual("contentBlockStart"u8))
        {
            Close(events);
            if (said.ObjectOrNull("start") is { } start)
                ReadStart(start, events);
        }
        else if (name.SequenceEqual("contentBlockDelta"u8))
        {
            if (said.ObjectOrNull("delta") is { } delta)
                ReadDelta(delta, events);
        }
        else if (name.SequenceEqual("contentBlockStop"u8))
        {
            Close(events);
        }
        else if (name.SequenceEqual("messageStop"u8))
        {
            Close(events);
            IsComplete = true;
            events.Add(new Finished(0, Outcome.Finish(said.StringOrNull("stopReason") ?? "", _hasUnwrapped && !_called, Outcome.StopSequence(said))));
        }
    }

    private void ReadStart(JsonElement start, List<AnswerEvent> events)
    {
        _imageFormat = start.ObjectOrNull("image")?.StringOrNull("format") ?? "";
        if (start.ObjectOrNull("toolUse") is not { } use)
            return;
        var upstreamName = use.StringOrNull("name") ?? throw new JsonException("A tool use has no name.");
        if (call.UnwrappedTool is { } unwrapped && unwrapped == upstreamName)
        {
            Open(BlockKind.Text, events);
            _unwraps = _hasUnwrapped = true;
            return;
        }

        var (space, name) = call.ToolNames.ToClient(upstreamName);
        var id = use.StringOrNull("toolUseId") ?? throw new JsonException("A tool use has no id.");
        _called = true;
        Open(BlockKind.ToolCall, events, new ToolCallPart(id, name, "") { Namespace = space });
    }

    private void ReadDelta(JsonElement delta, List<AnswerEvent> events)
    {
        if (delta.StringOrNull("text") is { } text)
        {
            Say(BlockKind.Text, text, events);
        }
        else if (delta.ObjectOrNull("toolUse")?.StringOrNull("input") is { } input)
        {
            // Nothing tells whose arguments they are when no call is open.
            if (_unwraps || _open is BlockKind.ToolCall)
                Say(_unwraps ? BlockKind.Text : BlockKind.ToolCall, input, events);
        }
        else if (delta.ObjectOrNull("reasoningContent") is { } reasoning)
        {
            ReadReasoning(reasoning, events);
        }
        else if (delta.ObjectOrNull("citation") is { } citation)
        {
            if (_open is null)
                Open(BlockKind.Text, events);
            if (_open is BlockKind.Text)
                events.Add(new BlockCited(0, _blocks - 1, CitationReader.Read(citation)));
        }
        else if (delta.ObjectOrNull("image")?.ObjectOrNull("source")?.StringOrNull("bytes") is { } bytes)
        {
            AddWhole(new ImagePart(new Media("image/" + _imageFormat, bytes)), events);
        }
    }

    private void ReadReasoning(JsonElement reasoning, List<AnswerEvent> events)
    {
        if (reasoning.StringOrNull("redactedContent") is { } redacted)
        {
            AddWhole(new HiddenThinkingPart(new Signature(_model.Origin, redacted)), events);
        }
        else if (reasoning.StringOrNull("signature") is { Length: > 0 } signature)
        {
            if (_open is not BlockKind.Thinking)
                Open(BlockKind.Thinking, events);
            events.Add(new BlockSigned(0, _blocks - 1, new Signature(_model.Origin, signature)));
        }
        else if (reasoning.StringOrNull("text") is { Length: > 0 } text)
        {
            Say(BlockKind.Thinking, text, events);
        }
    }

    private void Say(BlockKind kind, string text, List<AnswerEvent> events)
    {
        if (_open != kind)
            Open(kind, events);
        if (text.Length > 0)
            events.Add(new BlockDelta(0, _blocks - 1, text));
    }

    private void Open(BlockKind kind, List<AnswerEvent> events, Part? part = null)
    {
        Close(events);
        events.Add(new BlockStarted(0, _blocks++, kind, part));
        _open = kind;
    }

    private void AddWhole(Part part, List<AnswerEvent> events)
    {
        Close(events);
        events.Add(new BlockStarted(0, _blocks, BlockKind.Whole, part));
        events.Add(new BlockEnded(0, _blocks++));
    }

    private void Close(List<AnswerEvent> events)
    {
        _unwraps = false;
        if (_open is null)
            return;
        _open = null;
        events.Add(new BlockEnded(0, _blocks - 1));
    }

    private static ProviderFault ReadException(string type, ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            return Outcome.Fault(JsonElement.ParseValue(ref reader), type);
        }
        catch (JsonException)
        {
            return new ProviderFault(Encoding.UTF8.GetString(data), type, null, null);
        }
    }
}
