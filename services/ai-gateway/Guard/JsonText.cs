using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The inside of JSON strings, between their bytes and what they say. Half a surrogate pair, which JSON can hold and UTF-8 cannot, is a character like any other.</summary>
internal static class JsonText
{
    /// <summary>What a valid JSON string says, in UTF-16; <paramref name="text"/> must be as long as <paramref name="raw"/>. Answers the length.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<char> text)
    {
        var length = 0;
        while (!raw.IsEmpty)
        {
            var escape = raw.IndexOf((byte)'\\');
            var plain = escape < 0 ? raw : raw[..escape];
            length += Encoding.UTF8.GetChars(plain, text[length..]);
            if (escape < 0)
                break;
            raw = raw[escape..];
            text[length++] = Unescaped(raw, out var size);
            raw = raw[size..];
        }

        return length;
    }

    /// <summary>Where in <paramref name="raw"/> the character stands that is <paramref name="units"/> UTF-16 units further.</summary>
    public static int Skip(ReadOnlySpan<byte> raw, int units)
    {
        var at = 0;
        while (units > 0)
        {
            var first = raw[at];
            units -= first >= 0xF0 ? 2 : 1;
            at += first switch
            {
                (byte)'\\' => raw[at + 1] == 'u' ? 6 : 2,
                < 0x80 => 1,
                < 0xE0 => 2,
                < 0xF0 => 3,
                _ => 4,
            };
        }

        return at;
    }

    /// <summary>A text as it stands inside a JSON string.</summary>
    public static byte[] Escape(string text) => Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text));

    public static byte[] Escape(ReadOnlySpan<byte> utf8) => Escape(Encoding.UTF8.GetString(utf8));

    private static char Unescaped(ReadOnlySpan<byte> raw, out int size)
    {
        size = 2;
        switch (raw[1])
        {
            case (byte)'n': return '\n';
            case (byte)'t': return '\t';
            case (byte)'r': return '\r';
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'u':
                size = 6;
                return (char)ushort.Parse(raw.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            default: return (char)raw[1];
        }
    }
}
