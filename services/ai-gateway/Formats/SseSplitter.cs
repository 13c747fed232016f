namespace ThinkWatch.AiGateway.Formats;

/// <summary>
/// Finds where server-sent events end (https://html.spec.whatwg.org/multipage/server-sent-events.html: lines end with LF, CRLF or CR, an event with an
/// empty line), however the bytes were cut in transit. Remembers how far it has looked, so that a long event is looked at once.
/// </summary>
internal struct SseSplitter
{
    private int _scanned;
    private int _lineStart;

    /// <summary>
    /// True when <paramref name="buffered"/>, which starts where the last event ended, holds a whole event of <paramref name="length"/> bytes,
    /// its empty line included. Otherwise: call again with more bytes behind the same.
    /// </summary>
    public bool TryNext(ReadOnlySpan<byte> buffered, out int length)
    {
        while (true)
        {
            var found = buffered[_scanned..].IndexOfAny((byte)'\n', (byte)'\r');
            if (found < 0)
            {
                _scanned = buffered.Length;
                length = 0;
                return false;
            }

            var lineEnd = _scanned + found;
            var isEmpty = lineEnd == _lineStart;
            var next = lineEnd + 1;
            if (buffered[lineEnd] == '\r')
            {
                if (next < buffered.Length)
                    next += buffered[next] == '\n' ? 1 : 0;
                else if (!isEmpty)
                {
                    // A line feed that belongs to this line's end may follow.
                    _scanned = lineEnd;
                    length = 0;
                    return false;
                }
            }

            _scanned = _lineStart = next;
            if (!isEmpty)
                continue;
            length = next;
            _scanned = _lineStart = 0;
            return true;
        }
    }
}
