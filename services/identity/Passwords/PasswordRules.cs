using System.Collections.Frozen;

namespace ThinkWatch.Identity.Passwords;

/// <summary>At least 8 characters with upper case, lower case and a digit, and none of the passwords that everybody tries first.</summary>
internal static class PasswordRules
{
    private const int MinLength = 8;

    // Bounds the work of hashing; nobody types more.
    private const int MaxLength = 256;

    private static readonly FrozenSet<string> Common = ReadCommon();

    /// <summary>Everything that is wrong with the password; empty when it may be used.</summary>
    public static IEnumerable<string> Check(string? password)
    {
        if (string.IsNullOrEmpty(password))
        {
            yield return "Is required.";
            yield break;
        }

        if (password.Length < MinLength)
            yield return $"Must have at least {MinLength} characters.";
        if (password.Length > MaxLength)
            yield return $"Must have at most {MaxLength} characters.";
        if (!password.Any(char.IsUpper))
            yield return "Must contain an upper-case letter.";
        if (!password.Any(char.IsLower))
            yield return "Must contain a lower-case letter.";
        if (!password.Any(char.IsDigit))
            yield return "Must contain a digit.";
        if (Common.Contains(password.ToLowerInvariant()))
            yield return "Is one of the passwords that are tried first.";
    }

    private static FrozenSet<string> ReadCommon()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("ThinkWatch.Identity.Passwords.common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet();
    }
}
