using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.Guard.Patterns;

/// <summary>IP addresses of both versions.</summary>
internal sealed class AddressFinder : TextFinder
{
    private const int Longest = 45;
    private const int Shortest = 4;

    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; from < text.Length && text[from..].IndexOfAny(s_characters) is var next and >= 0;)
        {
            var at = from + next;
            var length = text[at..].IndexOfAnyExcept(s_characters) is var end and >= 0 ? end : text.Length - at;
            from = at + length;
            var candidate = text.Slice(at, length).TrimEnd(".:");
            if (candidate.Length is >= Shortest and <= Longest && !text.IsWordAt(at - 1) && !text.IsWordAt(from) && IsAddress(candidate))
                found.Add(new TextHit(at, candidate.Length));
        }
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        // 1.2 and 1 are addresses to the parser, but to nobody else.
        if (!text.Contains(':'))
            return text.Count('.') == 3 && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;
        return text.Count(':') >= 2 && IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
