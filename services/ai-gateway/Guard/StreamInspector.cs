using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Looks at what a stream says as it is said: each piece together with the end of what came before it. One caller at a time.</summary>
internal sealed class StreamInspector(ContentRule[] rules, EventTexts texts, GuardHits hits) : ITextVisitor, IDisposable
{
    /// <summary>What is found must not be longer to be seen across pieces.</summary>
    private const int Remembered = 512;

    private readonly Dictionary<long, string> _ends = [];
    private readonly RegexBudget _budget = RegexBudget.Unbounded();
    private readonly List<TextHit> _found = [];
    private readonly PooledBuffer _scratch = new();

    public void Look(ReadOnlySpan<byte> sseEvent)
    {
        var data = SseData.Of(sseEvent, _scratch);
        if (data.IsEmpty || data[0] != (byte)'{')
            return;
        try
        {
            if (texts.Read(data).Shape is { } shape)
                TextWalk.Run(data, shape, this);
            if (texts.ThoughtsIn(data) is { } thoughts)
                TextWalk.Run(data, thoughts, this);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What is no event says nothing to a client either.
        }
    }

    public void Visit(ref Utf8JsonReader reader, in TextPlace place)
    {
        // Whole texts repeat what their pieces have said.
        if (!place.Shape.IsDelta)
            return;
        var channel = HashCode.Combine(place.Channel, place.Shape);
        var before = _ends.GetValueOrDefault(channel, "");
        var characters = new char[before.Length + reader.ValueSpan.Length];
        before.CopyTo(characters);
        var text = characters.AsSpan(0, before.Length + JsonText.Unescape(reader.ValueSpan, characters.AsSpan(before.Length)));
        foreach (var rule in rules)
        {
            _found.Clear();
            rule.Finder.Find(text, _budget, _found);
            var fresh = _found.Count(hit => hit.End > before.Length);
            if (fresh > 0)
                hits.Add(rule, fresh);
        }

        _ends[channel] = new string(text[Math.Max(0, text.Length - Remembered)..]);
    }

    public void Dispose() => _scratch.Dispose();
}
