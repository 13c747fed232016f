using System.Text;

namespace ThinkWatch.ClickHouse;

/// <summary>
/// An error after the answer has begun cannot change its status: ClickHouse ends the body with
/// <c>__exception__\r\n tag\r\n Code: … \r\n length tag\r\n __exception__\r\n</c> instead.
/// </summary>
internal static class InBandError
{
    private static ReadOnlySpan<byte> Mark => "__exception__"u8;

    private static ReadOnlySpan<byte> Code => "Code: "u8;

    /// <summary>Looks for the error at the end of a result; only sound where rows cannot hold the mark at the start of a line.</summary>
    public static ClickHouseException? Find(ReadOnlySpan<byte> tail)
    {
        var mark = tail.IndexOf(Mark);
        if (mark < 0 || (mark > 0 && tail[mark - 1] is not ((byte)'\n' or (byte)'\r')))
            return null;
        var text = tail[mark..];
        var code = text.IndexOf(Code);
        return ClickHouseException.FromServer(0, code < 0 ? "" : Encoding.UTF8.GetString(text[code..]));
    }
}
