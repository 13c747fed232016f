using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Identity.Sessions;

/// <summary>
/// Refresh tokens: session id, generation and an HMAC over both. The HMAC tells a spent token of ours (a replay, which ends the session) from a
/// made-up one (which must not be able to).
/// </summary>
internal sealed class RefreshTokens(string secret)
{
    // A key of its own: neither kind of token can be made from the other.
    private readonly byte[] _key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "thinkwatch refresh token v1"u8);

    public string Issue(string sessionId, long generation)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{sessionId}.{generation}");
        return $"{body}.{Base64Url.EncodeToString(Sign(body))}";
    }

    public (string SessionId, long Generation)? Read(string? token)
    {
        if (token is null || token.Length > 200)
            return null;
        var parts = token.Split('.');
        if (parts.Length != 3 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) || !Base64Url.IsValid(parts[2]))
            return null;
        return CryptographicOperations.FixedTimeEquals(Sign($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2])) ? (parts[0], generation) : null;
    }

    private byte[] Sign(string body) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(body));
}
