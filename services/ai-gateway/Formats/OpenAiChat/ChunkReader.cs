using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Reads <c>chat.completion.chunk</c> events of OpenAI and of those who imitate it: usage in any chunk, fragments of several tool calls mixed, ids and
/// indexes missing, no <c>[DONE]</c>, anything behind the end.
/// </summary>
internal sealed class ChunkReader(ConvertedCall call) : IAnswerEventReader
{
    private const int MostChoices = 128;

    private readonly List<ChoiceReader> _choices = [];
    private bool _started;
    private bool _done;

    public bool IsComplete => _done || (_choices.Count >= Math.Max(1, call.Request.Sampling.Choices ?? 1) && _choices.TrueForAll(static choice => choice.IsFinished));

    public IEventFraming Framing { get; } = new SseFraming();

    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        if (_done)
            return;
        if (data.Trim(" \t"u8).SequenceEqual("[DONE]"u8))
        {
            _done = true;
            return;
        }

        var reader = new Utf8JsonReader(data);
        using var document = JsonDocument.ParseValue(ref reader);
        ReadChunk(document.RootElement, events);
    }

    public void End(List<AnswerEvent> events)
    {
        foreach (var choice in _choices)
            choice.End(events, isComplete: _done);
    }

    private void ReadChunk(JsonElement chunk, List<AnswerEvent> events)
    {
        if (chunk.ValueKind != JsonValueKind.Object)
            throw new JsonException("A chunk is no object.");
        if (chunk.Member("error") is { } error)
        {
            events.Add(new Faulted(FaultOf(error)));
            return;
        }

        if (!_started)
        {
            _started = true;
            events.Add(new AnswerStarted(chunk.StringOrNull("id"), chunk.StringOrNull("model")));
        }

        var position = 0;
        foreach (var item in chunk.ItemsOrNone("choices"))
        {
            Choice(item, position++)?.Read(item, events);
            Report(item, events); // Moonshot counts a choice.
        }

        Report(chunk, events);
        if (chunk.ObjectOrNull("x_groq") is { } groq)
            Report(groq, events);
    }

    private static void Report(JsonElement holder, List<AnswerEvent> events)
    {
        if (ChatUsage.Read(holder.Member("usage")) is { } usage)
            events.Add(new UsageReported(usage));
    }

    private ChoiceReader? Choice(JsonElement item, int position)
    {
        var index = item.Member("index") is { ValueKind: JsonValueKind.Number } given && given.TryGetInt32(out var number) ? number : position;
        if (index is < 0 or >= MostChoices)
            return null;
        foreach (var known in _choices)
        {
            if (known.Index == index)
                return known;
        }

        var made = new ChoiceReader(index, call);
        _choices.Add(made);
        return made;
    }

    private static ProviderFault FaultOf(JsonElement error) => error.ValueKind == JsonValueKind.String
        ? new ProviderFault(error.StringOrNull(), null, null, null)
        : new ProviderFault(
            error.StringOrNull("message"), error.StringOrNull("type"), error.StringOrNull("code") ?? (error.Member("code") is { ValueKind: JsonValueKind.Number } code ? code.GetRawText() : null), error.StringOrNull("param"));
}
