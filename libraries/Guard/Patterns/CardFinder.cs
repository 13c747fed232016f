namespace ThinkWatch.Guard.Patterns;

/// <summary>Numbers of payment cards: 13 to 19 digits, in one piece or in groups, of a length that issuers use, with the right check digit.</summary>
internal sealed class CardFinder : TextFinder
{
    private const int Fewest = 13;
    private const int Most = 19;

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var at = text.NextDigit(0); at >= 0; at = at < text.Length ? text.NextDigit(at) : -1)
        {
            if (text[at] is >= '2' and <= '6' && !text.IsWordAt(at - 1) && !IsFraction(text, at) && LengthAt(text[at..]) is var length and > 0)
            {
                found.Add(new TextHit(at, length));
                at += length;
            }
            else
            {
                at = text.EndOfDigits(at);
            }
        }
    }

    private static bool IsFraction(ReadOnlySpan<char> text, int at) => text.At(at - 1) is '.' or ',' && text.IsDigitAt(at - 2);

    private static int LengthAt(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[Most];
        Span<int> ends = stackalloc int[Most];
        var count = 0;
        var separator = '\0';
        for (var i = 0; i < text.Length && count < Most; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                digits[count] = (byte)(c - '0');
                ends[count++] = i + 1;
            }
            else if (c is ' ' or '-' && (separator == '\0' || separator == c) && text.IsDigitAt(i + 1))
            {
                separator = c;
            }
            else
            {
                break;
            }
        }

        for (; count >= Fewest; count--)
        {
            if (IsLength(digits[0], count) && !text.IsWordAt(ends[count - 1]) && Checksums.Luhn(digits[..count]))
                return ends[count - 1];
        }

        return 0;
    }

    /// <summary>By the first digit: what is in use, which is less than ISO/IEC 7812 allows.</summary>
    private static bool IsLength(byte first, int count) => count switch
    {
        13 => first == 4,
        14 => first == 3,
        15 => first is 2 or 3,
        16 => true,
        17 or 18 => first is 5 or 6,
        _ => first >= 4,
    };
}
