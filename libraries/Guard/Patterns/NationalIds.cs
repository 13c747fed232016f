using System.Globalization;

namespace ThinkWatch.Guard.Patterns;

/// <summary>Numbers that states give to people, each checked as far as its issuer lets it be.</summary>
internal static class NationalIds
{
    /// <summary>Social security number of the United States: areas 000, 666 and 9xx, group 00 and serial 0000 are never issued.</summary>
    public static TextFinder UnitedStates { get; } = RegexFinder.Of(
        @"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", static text => text[..3] is not ("000" or "666") && text[0] != '9' && text[4..6] is not "00" && text[7..] is not "0000");

    /// <summary>National insurance number of the United Kingdom; HMRC NIM39110.</summary>
    public static TextFinder UnitedKingdom { get; } = RegexFinder.Of(
        @"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b", static text => text[..2] is not ("BG" or "GB" or "NK" or "KN" or "TN" or "NT" or "ZZ"));

    /// <summary>Tax number of Germany, § 139b AO: one digit twice or three times among the first ten, check digit by MOD 11,10.</summary>
    public static TextFinder Germany { get; } = RegexFinder.Of(@"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", IsGermanTaxNumber);

    /// <summary>Resident number of China, GB 11643-1999: a date of birth and a check character.</summary>
    public static TextFinder China { get; } = RegexFinder.Of(@"\b[1-9][0-9]{16}[0-9Xx]\b", static text =>
        DateOnly.TryParseExact(text.Slice(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && Checksums.Mod11To2(text));

    /// <summary>Identity number of Spain: the letter follows from the number.</summary>
    public static TextFinder Spain { get; } = RegexFinder.Of(@"\b[0-9]{8}-?[A-Z]\b", static text =>
        "TRWAGMYFPDXBNJZSQVHLCKE"[int.Parse(text[..8], NumberStyles.None, CultureInfo.InvariantCulture) % 23] == text[^1]);

    private static bool IsGermanTaxNumber(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[11];
        Span<int> seen = stackalloc int[10];
        var count = 0;
        foreach (var c in text)
        {
            if (c == ' ')
                continue;
            digits[count] = (byte)(c - '0');
            if (count++ < 10)
                seen[c - '0']++;
        }

        var repeated = 0;
        foreach (var times in seen)
        {
            if (times > 3)
                return false;
            repeated += times > 1 ? 1 : 0;
        }

        return repeated == 1 && Checksums.Mod11To10(digits);
    }
}
