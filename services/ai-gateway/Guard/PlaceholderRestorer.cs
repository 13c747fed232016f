using System.Text;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.Guard;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Puts back what placeholders stand for, in the inside of JSON strings. Placeholders have no character that JSON escapes, so their bytes are looked for as they are. Immutable.</summary>
internal sealed class PlaceholderRestorer : IStreamText
{
    private readonly byte[][] _names;
    private readonly byte[][] _values;
    private readonly byte[][] _nestedValues;
    private readonly byte[] _marker;
    private readonly int _longest;

    public PlaceholderRestorer(Placeholders placeholders)
    {
        var all = placeholders.All.Select(static pair => (Name: Encoding.ASCII.GetBytes(pair.Key), pair.Value)).ToArray();
        Array.Sort(all, static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        _names = [.. all.Select(static pair => pair.Name)];
        _values = [.. all.Select(static pair => JsonText.Escape(pair.Value))];
        _nestedValues = [.. _values.Select(static value => JsonText.Escape(value))];
        _marker = Encoding.ASCII.GetBytes($"_{placeholders.Salt}_");
        _longest = _names.Max(static name => name.Length);
    }

    /// <summary>False: there is certainly none of this call's placeholders in it.</summary>
    public bool MayBeIn(ReadOnlySpan<byte> bytes) => bytes.IndexOf(_marker) >= 0;

    /// <summary>Writes the inside of a string with every placeholder restored; false, and nothing written, when there is none.</summary>
    /// <param name="nested">It is a JSON document in a string: what is put in is escaped for both.</param>
    public bool Restore(ReadOnlySpan<byte> raw, bool nested, PooledBuffer output)
    {
        var written = 0;
        for (var from = 0; raw[from..].IndexOf("{{"u8) is var next and >= 0;)
        {
            var at = from + next;
            var index = IndexAt(raw[at..]);
            if (index < 0)
            {
                from = at + 1;
                continue;
            }

            output.Append(raw[written..at]);
            output.Append(nested ? _nestedValues[index] : _values[index]);
            from = written = at + _names[index].Length;
        }

        if (written == 0)
            return false;
        output.Append(raw[written..]);
        return true;
    }

    bool IStreamText.Rewrite(ReadOnlySpan<byte> raw, bool nested, bool repeated, PooledBuffer output) => Restore(raw, nested, output);

    /// <summary>Where the beginning of a placeholder stands that more text may complete; the text's end when there is none.</summary>
    public int CertainUpTo(ReadOnlySpan<byte> raw)
    {
        for (var at = Math.Max(0, raw.Length - _longest + 1); raw[at..].IndexOf((byte)'{') is var next and >= 0; at++)
        {
            at += next;
            var rest = raw[at..];
            var index = LowerBound(rest);
            if (index < _names.Length && _names[index].Length > rest.Length && _names[index].AsSpan().StartsWith(rest))
                return at;
        }

        return raw.Length;
    }

    private int IndexAt(ReadOnlySpan<byte> raw)
    {
        var end = raw[..Math.Min(raw.Length, _longest)].IndexOf("}}"u8);
        if (end < 0)
            return -1;
        var name = raw[..(end + 2)];
        var index = LowerBound(name);
        return index < _names.Length && name.SequenceEqual(_names[index]) ? index : -1;
    }

    /// <summary>The first name that is not less.</summary>
    private int LowerBound(ReadOnlySpan<byte> name)
    {
        var (low, high) = (0, _names.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_names[middle].AsSpan().SequenceCompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
