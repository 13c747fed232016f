using System.Buffers;

namespace ThinkWatch.Guard.Patterns;

/// <summary>API keys and access tokens that say themselves what they are.</summary>
internal sealed class KeyFinder : TextFinder
{
    private const int Longest = 512;

    private static readonly SearchValues<char> s_upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    private static readonly SearchValues<char> s_letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> s_all = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly Shape[] s_shapes =
    [
        new("sk-", 20, Longest, s_all),                     // OpenAI, Anthropic (sk-ant-), OpenRouter …
        new("tw-", 32, Longest, s_letters),                 // ThinkWatch
        new("ghp_", 36, 255, s_letters), new("gho_", 36, 255, s_letters), new("ghu_", 36, 255, s_letters), new("ghs_", 36, 255, s_letters), new("ghr_", 36, 255, s_letters),
        new("github_pat_", 40, 255, s_all),
        new("AKIA", 16, 16, s_upper), new("ASIA", 16, 16, s_upper),
        new("xoxa-", 10, 255, s_all), new("xoxb-", 10, 255, s_all), new("xoxp-", 10, 255, s_all), new("xoxr-", 10, 255, s_all), new("xoxs-", 10, 255, s_all),
        new("AIza", 35, 35, s_all),
        new("glpat-", 20, 255, s_all),
        new("hf_", 30, 255, s_letters),
        new("npm_", 36, 36, s_letters),
        new("sk_live_", 16, 255, s_letters), new("rk_live_", 16, 255, s_letters),
    ];

    private static readonly SearchValues<string> s_prefixes = SearchValues.Create([.. s_shapes.Select(static shape => shape.Prefix)], StringComparison.Ordinal);

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; text[from..].IndexOfAny(s_prefixes) is var next and >= 0;)
        {
            var at = from + next;
            var length = text.IsWordAt(at - 1) || text.At(at - 1) == '-' ? 0 : LengthAt(text[at..]);
            if (length > 0)
                found.Add(new TextHit(at, length));
            from = at + Math.Max(1, length);
        }
    }

    private static int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var shape in s_shapes)
        {
            if (!text.StartsWith(shape.Prefix, StringComparison.Ordinal))
                continue;
            var rest = text[shape.Prefix.Length..];
            var window = rest.Length > shape.Most ? rest[..(shape.Most + 1)] : rest;
            var length = window.IndexOfAnyExcept(shape.Alphabet) is var end and >= 0 ? end : window.Length;

            // Words joined by hyphens look like keys, but for the digits that random text has.
            if (length >= shape.Least && length <= shape.Most && (shape.Alphabet == s_upper || rest[..length].ContainsAnyInRange('0', '9')))
                return shape.Prefix.Length + length;
        }

        return 0;
    }

    private sealed record Shape(string Prefix, int Least, int Most, SearchValues<char> Alphabet);
}
