using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Identity.Totp;

/// <summary>Time-based one-time passwords, RFC 6238 with what every authenticator app speaks: HMAC-SHA1, six digits, thirty seconds.</summary>
internal static class TotpCode
{
    public const int SeedBytes = 20;

    private const int StepSeconds = 30;
    private const int Digits = 6;

    // One step either way: clocks differ and people type.
    private const int Tolerance = 1;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The step whose code this is, so that it can be spent; null when it is none of this moment.</summary>
    public static long? Match(byte[] seed, string code, DateTimeOffset now)
    {
        var sent = Encoding.ASCII.GetBytes(code);
        if (code.Length != Digits)
            return null;
        long? found = null;
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        for (var step = current - Tolerance; step <= current + Tolerance; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(At(seed, step)), sent))
                found = step;
        }

        return found;
    }

    public static string At(byte[] seed, DateTimeOffset now) => At(seed, now.ToUnixTimeSeconds() / StepSeconds);

    /// <summary>RFC 4648 base32 without padding, as apps take it.</summary>
    public static string Base32(byte[] bytes)
    {
        var text = new StringBuilder();
        int buffer = 0, bits = 0;
        foreach (var value in bytes)
        {
            buffer = (buffer << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5)
                text.Append(Alphabet[(buffer >> (bits - 5)) & 31]);
            buffer &= (1 << bits) - 1;
        }

        return bits > 0 ? text.Append(Alphabet[(buffer << (5 - bits)) & 31]).ToString() : text.ToString();
    }

    public static string Uri(string issuer, string account, byte[] seed) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}?secret={Base32(seed)}&issuer={System.Uri.EscapeDataString(issuer)}";

    private static string At(byte[] seed, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238 and the apps that implement it: HMAC-SHA1.
        HMACSHA1.HashData(seed, counter, hash);
#pragma warning restore CA5350
        var value = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (value % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
