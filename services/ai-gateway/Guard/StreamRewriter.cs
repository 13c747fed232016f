using System.Globalization;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>
/// Rewrites the texts in the events of one stream, wherever they are cut: restores placeholders, say. What may be the beginning of something is held back
/// until the next event of the same text, or the end of the text, tells; nothing else is. One caller at a time.
/// </summary>
/// <remarks>
/// 1. What an event says is at an end is sent before it, in a copy of the event that it was held back from.
/// 2. Each text of the event is rewritten as far as it is certain; the rest is held.
/// 3. An event without changes goes on byte for byte; where events are numbered, those behind a copy are numbered anew.
/// </remarks>
internal sealed class StreamRewriter(IStreamText rewriter, EventTexts texts) : ITextVisitor, IDisposable
{
    private readonly List<HeldText> _held = [];
    private readonly List<RawEdit> _edits = [];
    private readonly List<(HeldText Held, int Start)> _uncertain = [];
    private readonly List<RawEdit> _blanks = [];
    private readonly PooledBuffer _scratch = new();
    private readonly PooledBuffer _joined = new();
    private readonly PooledBuffer _text = new();
    private EventText _event;
    private (int Start, int Length, long Value) _number;
    private long _added;
    private long _lastNumber = -1;

    /// <summary>Takes one whole event, its empty line included.</summary>
    public void Pass(ReadOnlySpan<byte> sseEvent, PooledBuffer output)
    {
        var data = SseData.Of(sseEvent, _scratch);
        if (data.IsEmpty)
        {
            output.Append(sseEvent);
            return;
        }

        if (!TryRead(data))
        {
            // What this cannot read passes unchanged: the client may.
            output.Append(sseEvent);
            return;
        }

        if (_event.Ends != TextEnd.None)
            Flush(_event.Ends == TextEnd.All ? null : _event.Group, output);
        foreach (var (held, start) in _uncertain)
            Keep(held, sseEvent, data, start);
        Renumber();
        if (_edits.Count == 0)
            output.Append(sseEvent);
        else
            Write(sseEvent, data, _edits, output);
    }

    /// <summary>Sends what is held back: nothing more will come.</summary>
    public void Flush(PooledBuffer output) => Flush(group: null, output);

    public void Visit(ref Utf8JsonReader reader, in TextPlace place)
    {
        var raw = reader.ValueSpan;
        var start = (int)reader.TokenStartIndex;
        if (place.Shape.Kind == TextKind.Sequence)
        {
            _number = reader.TryGetInt64(out var value) ? (start, raw.Length, value) : default;
            return;
        }

        start++;
        _text.Clear();
        if (place.Shape.IsDelta)
            VisitDelta(raw, start, HashCode.Combine(place.Channel, place.Shape), place.Shape.IsNested);
        else if (rewriter.Rewrite(raw, place.Shape.IsNested, repeated: true, _text))
            _edits.Add(new RawEdit(start, raw.Length, _text.WrittenSpan.ToArray()));
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _joined.Dispose();
        _text.Dispose();
    }

    private bool TryRead(ReadOnlySpan<byte> data)
    {
        _edits.Clear();
        _uncertain.Clear();
        _blanks.Clear();
        _number = default;
        try
        {
            _event = data.SequenceEqual("[DONE]"u8) ? new EventText(null, -1, TextEnd.All) : texts.Read(data);
            if (_event.Shape is not null)
                TextWalk.Run(data, _event.Shape, this);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private void VisitDelta(ReadOnlySpan<byte> raw, int start, long channel, bool nested)
    {
        _blanks.Add(new RawEdit(start, raw.Length, []));
        var length = raw.Length;
        var whole = raw;
        var held = _held.Find(one => one.Channel == channel);
        if (held is not null)
        {
            _held.Remove(held);
            _joined.Clear();
            _joined.Append(held.Raw);
            _joined.Append(raw);
            whole = _joined.WrittenSpan;
        }

        var certain = _event.Ends == TextEnd.None ? rewriter.CertainUpTo(whole) : whole.Length;
        var changed = rewriter.Rewrite(whole[..certain], nested, repeated: false, _text);
        if (!changed)
            _text.Append(whole[..certain]);
        if (changed || held is not null || certain < whole.Length)
            _edits.Add(new RawEdit(start, length, _text.WrittenSpan.ToArray()));
        if (certain == whole.Length)
            return;
        var next = new HeldText(channel, _event.Group, nested, whole[certain..].ToArray());
        _held.Add(next);
        _uncertain.Add((next, start));
    }

    /// <summary>Remembers the event, its texts blank.</summary>
    private void Keep(HeldText held, ReadOnlySpan<byte> sseEvent, ReadOnlySpan<byte> data, int start)
    {
        _text.Clear();
        RawEdits.Apply(data, _blanks, _text);
        held.Template = _text.WrittenSpan.ToArray();
        held.Event = sseEvent.ToArray();
        held.TextAt = start - Removed(start);
        held.NumberAt = _number.Length == 0 ? -1 : _number.Start - Removed(_number.Start);
        held.NumberLength = _number.Length;
    }

    private int Removed(int before)
    {
        var removed = 0;
        foreach (var blank in _blanks)
            removed += blank.Start < before ? blank.Length : 0;
        return removed;
    }

    private void Flush(long? group, PooledBuffer output)
    {
        for (var i = 0; i < _held.Count; i++)
        {
            var held = _held[i];
            if (group is not null && held.Group != group)
                continue;
            _held.RemoveAt(i--);
            _text.Clear();
            List<RawEdit> edits = [new RawEdit(held.TextAt, 0, rewriter.Rewrite(held.Raw, held.IsNested, repeated: false, _text) ? _text.WrittenSpan.ToArray() : held.Raw)];
            if (held.NumberAt >= 0)
            {
                edits.Add(new RawEdit(held.NumberAt, held.NumberLength, Digits(++_lastNumber)));
                _added++;
            }

            Write(held.Event, held.Template, edits, output);
        }
    }

    private void Renumber()
    {
        if (_number.Length == 0)
            return;
        _lastNumber = _number.Value + _added;
        if (_added > 0)
            _edits.Add(new RawEdit(_number.Start, _number.Length, Digits(_lastNumber)));
    }

    private static byte[] Digits(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The event's other lines as they are, its data in one line.</summary>
    private void Write(ReadOnlySpan<byte> sseEvent, ReadOnlySpan<byte> data, List<RawEdit> edits, PooledBuffer output)
    {
        while (!sseEvent.IsEmpty)
        {
            var end = sseEvent.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? sseEvent : sseEvent[..end];
            sseEvent = end < 0 ? default : sseEvent[(end + 1)..];
            if (line.IsEmpty || line.StartsWith("data"u8))
                continue;
            output.Append(line);
            output.Append("\n"u8);
        }

        edits.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        _text.Clear();
        RawEdits.Apply(data, edits, _text);
        output.Append("data: "u8);
        foreach (var one in _text.WrittenSpan.Split((byte)'\n'))
            output.Append(_text.WrittenSpan[one]);
        output.Append("\n\n"u8);
    }
}
