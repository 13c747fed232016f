using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads Anthropic's stream (https://docs.anthropic.com/en/api/messages-streaming). What it does not know it skips, as the documentation asks.</summary>
internal sealed class StreamReader(ConvertedCall call) : IAnswerEventReader
{
    private const int MostBlocks = 10_000;

    /// <summary>Anthropic's number of an open block → ours.</summary>
    private readonly Dictionary<long, Block> _open = [];
    private UsageJson _usage;
    private int _blocks;
    private bool _calls;
    private bool _unwrapped;
    private bool _finished;

    public bool IsComplete { get; private set; }

    public IEventFraming Framing { get; } = new SseFraming();

    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        if (IsComplete)
            return;
        var reader = new Utf8JsonReader(data);
        using var json = JsonDocument.ParseValue(ref reader);
        var root = json.RootElement;
        switch (root.StringOrNull("type"))
        {
            case "message_start":
                Start(root.ObjectOrNull("message") ?? default, events);
                break;
            case "content_block_start":
                StartBlock(Index(root), root.ObjectOrNull("content_block") ?? default, events);
                break;
            case "content_block_delta":
                if (_open.TryGetValue(Index(root), out var block) && root.ObjectOrNull("delta") is { } delta)
                    Delta(block, delta, events);
                break;
            case "content_block_stop":
                if (_open.Remove(Index(root), out var ended))
                    Close(ended, events);
                break;
            case "message_delta":
                Finish(root, events);
                break;
            case "message_stop":
                End(events);
                IsComplete = true;
                break;
            case "ping":
                events.Add(Pinged.Instance);
                break;
            case "error":
                var error = root.ObjectOrNull("error") ?? default;
                events.Add(new Faulted(new ProviderFault(error.StringOrNull("message"), error.StringOrNull("type"), null, null)));
                break;
        }
    }

    public void End(List<AnswerEvent> events)
    {
        foreach (var block in _open.Values.OrderBy(static block => block.Number))
            Close(block, events);
        _open.Clear();
    }

    private static long Index(JsonElement root) => root.CountOrZero("index");

    private void Start(JsonElement message, List<AnswerEvent> events)
    {
        events.Add(new AnswerStarted(message.StringOrNull("id"), message.StringOrNull("model")));
        ReadUsage(message, events);
    }

    private void ReadUsage(JsonElement owner, List<AnswerEvent> events)
    {
        if (owner.ObjectOrNull("usage") is not { } usage)
            return;
        _usage.Read(usage);
        events.Add(new UsageReported(_usage.ToUsage()));
    }

    private void StartBlock(long index, JsonElement start, List<AnswerEvent> events)
    {
        if (_blocks >= MostBlocks)
            throw new InvalidDataException("The answer has too many blocks.");
        if (_open.Remove(index, out var previous))
            Close(previous, events);
        var type = start.StringOrNull("type");
        switch (type)
        {
            case "text":
                Open(index, BlockKind.Text, null, events);
                Say(_open[index], Text(start, "text"), events);
                break;
            case "thinking":
                Open(index, BlockKind.Thinking, null, events);
                Say(_open[index], Text(start, "thinking"), events);
                Sign(index, start, events);
                break;
            case "tool_use":
                StartCall(index, start, events);
                break;
            default:
                if (AnswerReader.WholePart(start, type, call.Notes) is { } part)
                {
                    events.Add(new BlockStarted(0, _blocks, BlockKind.Whole, part));
                    events.Add(new BlockEnded(0, _blocks++));
                }

                break;
        }
    }

    private void StartCall(long index, JsonElement start, List<AnswerEvent> events)
    {
        if (call.UnwrappedTool is { } unwrapped && start.StringOrNull("name") == unwrapped)
        {
            _unwrapped = true;
            Open(index, BlockKind.Text, null, events);
        }
        else
        {
            _calls = true;
            Open(index, BlockKind.ToolCall, AnswerReader.ToolCall(start, "", call), events);
        }

        // Some who imitate Anthropic send the whole input at once.
        if (start.ObjectOrNull("input") is { } input && input.EnumerateObject().Any())
            Say(_open[index], input.GetRawText(), events);
    }

    private void Open(long index, BlockKind kind, Part? part, List<AnswerEvent> events)
    {
        _open[index] = new Block(_blocks, kind);
        events.Add(new BlockStarted(0, _blocks++, kind, part));
    }

    private static string? Text(JsonElement owner, string name) => owner.Member(name)?.LooseStringOrNull();

    /// <summary>A character that was cut in two waits for its other half.</summary>
    private static void Say(Block block, string? text, List<AnswerEvent> events)
    {
        if (string.IsNullOrEmpty(text))
            return;
        text = block.Half + text;
        block.Half = char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
        text = JsonRead.Repaired(text[..^block.Half.Length]);
        if (text.Length > 0)
            events.Add(new BlockDelta(0, block.Number, text));
    }

    private static void Close(Block block, List<AnswerEvent> events)
    {
        if (block.Half.Length > 0)
            events.Add(new BlockDelta(0, block.Number, JsonRead.Repaired(block.Half)));
        events.Add(new BlockEnded(0, block.Number));
    }

    private void Sign(long index, JsonElement owner, List<AnswerEvent> events)
    {
        if (owner.StringOrNull("signature") is { Length: > 0 } signature)
            events.Add(new BlockSigned(0, _open[index].Number, new Signature(SignatureOrigin.Claude, signature)));
    }

    private static void Delta(Block block, JsonElement delta, List<AnswerEvent> events)
    {
        switch (delta.StringOrNull("type"))
        {
            case "text_delta":
                Say(block, Text(delta, "text"), events);
                break;
            case "thinking_delta":
                Say(block, Text(delta, "thinking"), events);
                break;
            case "input_json_delta":
                Say(block, Text(delta, "partial_json"), events);
                break;
            case "signature_delta" when delta.StringOrNull("signature") is { Length: > 0 } signature:
                events.Add(new BlockSigned(0, block.Number, new Signature(SignatureOrigin.Claude, signature)));
                break;
            case "citations_delta" when block.Kind == BlockKind.Text && delta.ObjectOrNull("citation") is { } citation:
                events.Add(new BlockCited(0, block.Number, CitationJson.Read(citation)));
                break;
        }
    }

    private void Finish(JsonElement root, List<AnswerEvent> events)
    {
        ReadUsage(root, events);
        if (_finished || root.ObjectOrNull("delta") is not { } delta || delta.StringOrNull("stop_reason") is not { } reason)
            return;
        _finished = true;
        End(events);
        var finish = AnswerReader.FinishOf(reason, delta.StringOrNull("stop_sequence"), _unwrapped && !_calls);
        if (finish.Reason == FinishReason.Refusal && _blocks == 0 && delta.ObjectOrNull("stop_details")?.StringOrNull("explanation") is { } why)
        {
            events.Add(new BlockStarted(0, _blocks, BlockKind.Refusal));
            events.Add(new BlockDelta(0, _blocks, why));
            events.Add(new BlockEnded(0, _blocks++));
        }

        events.Add(new Finished(0, finish));
    }

    private sealed class Block(int number, BlockKind kind)
    {
        public int Number { get; } = number;

        public BlockKind Kind { get; } = kind;

        /// <summary>The first half of a surrogate pair.</summary>
        public string Half { get; set; } = "";
    }
}
