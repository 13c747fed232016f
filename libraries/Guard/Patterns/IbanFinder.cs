using System.Collections.Frozen;

namespace ThinkWatch.Guard.Patterns;

/// <summary>International bank account numbers, in one piece or in fours, of their country's length, with the right check digits.</summary>
internal sealed class IbanFinder : TextFinder
{
    private const int Longest = 34;

    /// <summary>From the SWIFT IBAN registry, release 99.</summary>
    private const string Lengths =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 " +
        "GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 " +
        "OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private static readonly FrozenDictionary<int, int> s_lengths =
        Lengths.Split(' ').ToFrozenDictionary(static entry => Country(entry[0], entry[1]), static entry => int.Parse(entry.AsSpan(2)));

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var at = text.NextDigit(0); at >= 0; at = at < text.Length ? text.NextDigit(at) : -1)
        {
            var start = at - 2;
            if (start >= 0 && text.IsDigitAt(at + 1) && !text.IsWordAt(start - 1) && LengthAt(text[start..]) is var length and > 0)
            {
                found.Add(new TextHit(start, length));
                at = start + length;
            }
            else
            {
                at = text.EndOfDigits(at);
            }
        }
    }

    private static int LengthAt(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0]) || !char.IsAsciiLetter(text[1]) || !s_lengths.TryGetValue(Country(text[0], text[1]), out var wanted))
            return 0;
        Span<char> compact = stackalloc char[Longest];
        var count = 0;
        var i = 0;
        for (; i < text.Length && count < wanted; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
                compact[count++] = char.ToUpperInvariant(text[i]);
            else if (text[i] is not (' ' or '-') || count % 4 != 0 || !char.IsAsciiLetterOrDigit(text.At(i + 1)))
                return 0;
        }

        return count == wanted && !text.IsWordAt(i) && Checksums.Iban(compact[..wanted]) ? i : 0;
    }

    private static int Country(char first, char second) => (char.ToUpperInvariant(first) << 8) | char.ToUpperInvariant(second);
}
