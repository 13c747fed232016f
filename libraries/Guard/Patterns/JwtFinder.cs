using System.Buffers;

namespace ThinkWatch.Guard.Patterns;

/// <summary>JSON Web Tokens in compact form (RFC 7515, section 3.1): three parts, the first a JSON object.</summary>
internal sealed class JwtFinder : TextFinder
{
    private const string Start = "eyJ"; // {" in base64url
    private const int ShortestPart = 8;

    private static readonly SearchValues<char> s_base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; text[from..].IndexOf(Start) is var next and >= 0;)
        {
            var at = from + next;

            // A part is looked at once: what begins inside of one is not another token.
            var header = Part(text, at);
            from = header;
            if (text.IsWordAt(at - 1) || text.At(at - 1) == '-' || header - at < ShortestPart || text.At(header) != '.')
                continue;
            var payload = Part(text, header + 1);
            if (payload - header <= ShortestPart || text.At(payload) != '.')
                continue;
            var end = Part(text, payload + 1);
            found.Add(new TextHit(at, end - at));
            from = end;
        }
    }

    private static int Part(ReadOnlySpan<char> text, int from) => text[from..].IndexOfAnyExcept(s_base64Url) is var end and >= 0 ? from + end : text.Length;
}
