namespace ThinkWatch.Guard.Patterns;

/// <summary>Check digits, as their standards have them. Digits are values, not characters.</summary>
internal static class Checksums
{
    /// <summary>ISO/IEC 7812-1, annex B.</summary>
    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (int)digits[digits.Length - 1 - i];
            if ((i & 1) == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>ISO 13616: the first four characters go to the end, letters count from 10, and the number leaves 1 when divided by 97.</summary>
    public static bool Iban(ReadOnlySpan<char> compact)
    {
        var rest = 0;
        for (var i = 0; i < compact.Length; i++)
        {
            var c = compact[(i + 4) % compact.Length];
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + (c - '0')) % 97 : ((rest * 100) + (c - 'A' + 10)) % 97;
        }

        return rest == 1;
    }

    /// <summary>ISO/IEC 7064, MOD 11,10, as the German tax number has it.</summary>
    public static bool Mod11To10(ReadOnlySpan<byte> digits)
    {
        var product = 10;
        for (var i = 0; i < digits.Length - 1; i++)
        {
            var sum = (digits[i] + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1];
    }

    /// <summary>ISO/IEC 7064, MOD 11-2, as the Chinese resident number has it: the last character may be X.</summary>
    public static bool Mod11To2(ReadOnlySpan<char> number)
    {
        var sum = 0;
        foreach (var c in number[..^1])
            sum = (sum + (c - '0')) * 2 % 11;
        return "10X98765432"[sum % 11] == char.ToUpperInvariant(number[^1]);
    }
}
