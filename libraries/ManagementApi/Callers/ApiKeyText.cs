using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.ManagementApi;

/// <summary>The outer shape of a key: "tw-" and 64 base62 digits at most. Only its SHA-256 travels on.</summary>
internal static class ApiKeyText
{
    private const string Prefix = "tw-";
    private const int MaxLength = 128;

    /// <summary>Null when the header holds no key of ours.</summary>
    public static byte[]? HashFromAuthorization(string header)
    {
        const string scheme = "Bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var key = header.AsSpan(scheme.Length).Trim();
        if (!key.StartsWith(Prefix, StringComparison.Ordinal) || key.Length > MaxLength)
            return null;
        Span<byte> bytes = stackalloc byte[MaxLength * 3];
        return SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
    }
}
