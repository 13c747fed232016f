using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The numbers of a stream's events, as far as they have been sent: what comes last must go on from them, whatever was added or held back before. One caller at a time.</summary>
internal sealed class SequenceNumbers
{
    private long _last = -1;

    private static ReadOnlySpan<byte> Name => "\"sequence_number\":"u8;

    /// <summary>Takes whole events.</summary>
    public void Sent(ReadOnlySpan<byte> events)
    {
        if (TryFind(events, events.LastIndexOf(Name), out _, out var number))
            _last = Math.Max(_last, number);
    }

    /// <summary>Writes one event with the next number.</summary>
    public void Write(ReadOnlySpan<byte> sseEvent, PooledBuffer output)
    {
        if (!TryFind(sseEvent, sseEvent.IndexOf(Name), out var digits, out _))
        {
            output.Append(sseEvent);
            return;
        }

        output.Append(sseEvent[..digits.Start]);
        output.Append(Encoding.ASCII.GetBytes((++_last).ToString(CultureInfo.InvariantCulture)));
        output.Append(sseEvent[digits.End..]);
    }

    private static bool TryFind(ReadOnlySpan<byte> events, int name, out (int Start, int End) digits, out long number)
    {
        digits = default;
        number = 0;
        if (name < 0)
            return false;
        var start = name + Name.Length;
        while (start < events.Length && events[start] == (byte)' ')
            start++;
        if (!Utf8Parser.TryParse(events[start..], out number, out var length))
            return false;
        digits = (start, start + length);
        return true;
    }
}
