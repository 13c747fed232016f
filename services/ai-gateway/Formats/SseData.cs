using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>Takes the data out of one server-sent event.</summary>
internal static class SseData
{
    /// <summary>The event's <c>data</c> lines joined by line feeds; empty for comments and the like. Uses <paramref name="scratch"/> only for several lines.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> sseEvent, PooledBuffer scratch)
    {
        ReadOnlySpan<byte> first = default;
        var lines = 0;
        while (!sseEvent.IsEmpty)
        {
            var end = sseEvent.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? sseEvent : sseEvent[..end];
            sseEvent = end < 0 ? default : sseEvent[(end + 1)..];
            if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != ':'))
                continue;
            var value = line.Length <= 5 ? default : line[5] == ' ' ? line[6..] : line[5..];
            if (lines++ == 0)
            {
                first = value;
                continue;
            }

            if (lines == 2)
            {
                scratch.Clear();
                scratch.Append(first);
            }

            scratch.Append("\n"u8);
            scratch.Append(value);
        }

        return lines <= 1 ? first : scratch.WrittenSpan;
    }
}
