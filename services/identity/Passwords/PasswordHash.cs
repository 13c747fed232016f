using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Identity.Passwords;

/// <summary>PBKDF2-HMAC-SHA512 as text: <c>pbkdf2-sha512$iterations$salt$hash</c>, so that the cost can rise without a migration.</summary>
internal static class PasswordHash
{
    public const int Iterations = 210_000;

    private const string Algorithm = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    // Verified when there is no such user: the work, and so the time, is the same.
    private static readonly string Nobody = Create(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    public static string Create(string password, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Derive(password, salt, iterations, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Algorithm}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>False for a null hash too, after the same work.</summary>
    public static bool Verify(string password, string? stored)
    {
        var known = stored is not null && TryParse(stored, out _, out _, out _);
        if (!TryParse(known ? stored! : Nobody, out var iterations, out var salt, out var hash))
            return false;
        return CryptographicOperations.FixedTimeEquals(Derive(password, salt, iterations, hash.Length), hash) && known;
    }

    /// <summary>True when the hash was made with less work than is asked for today.</summary>
    public static bool IsWeak(string stored) => !TryParse(stored, out var iterations, out _, out _) || iterations < Iterations;

    private static byte[] Derive(string password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)), salt, iterations, HashAlgorithmName.SHA512, length);

    private static bool TryParse(string stored, out int iterations, out byte[] salt, out byte[] hash)
    {
        (iterations, salt, hash) = (0, [], []);
        var parts = stored.Split('$');
        if (parts.Length != 4 || parts[0] != Algorithm || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out iterations))
            return false;
        try
        {
            salt = Convert.FromBase64String(parts[2]);
            hash = Convert.FromBase64String(parts[3]);
            return iterations > 0 && salt.Length > 0 && hash.Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
