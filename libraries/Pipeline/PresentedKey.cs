using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ThinkWatch.Pipeline;

/// <summary>What is wrong with the way a request shows its key.</summary>
public enum KeyFault
{
    None,

    /// <summary>No key at all.</summary>
    Missing,

    /// <summary>Something that cannot be one of our keys.</summary>
    Malformed,

    /// <summary>Two headers, or two values of one, show different keys.</summary>
    Conflicting,

    /// <summary>The key is in the URL or in a cookie, where proxies and logs see it: such a key is to be revoked.</summary>
    Misplaced,
}

/// <summary>Finds the <c>tw-</c> key of a request: <c>Authorization: Bearer</c> or <c>x-api-key</c>, nowhere else.</summary>
public static class PresentedKey
{
    public const string Prefix = "tw-";

    internal const int MaxLength = 160;
    private const int MinLength = 20;
    private const string Scheme = "Bearer ";

    public static KeyFault Read(HttpRequest request, out KeyHash hash)
    {
        ArgumentNullException.ThrowIfNull(request);
        hash = default;
        var authorization = request.Headers.Authorization;
        var apiKey = request.Headers["x-api-key"];
        if (authorization.Count > 1 || apiKey.Count > 1)
            return KeyFault.Conflicting;
        var bearer = Bearer(authorization);
        var header = apiKey.Count == 0 ? default : apiKey[0].AsSpan().Trim();
        if (bearer.IsEmpty && header.IsEmpty)
            return authorization.Count > 0 ? KeyFault.Malformed : IsMisplaced(request) ? KeyFault.Misplaced : KeyFault.Missing;

        // SDKs may send a placeholder in one header and the key in the other; only two of ours contradict each other.
        var bearerIsOurs = IsOurs(bearer);
        var headerIsOurs = IsOurs(header);
        if (bearerIsOurs && headerIsOurs && !bearer.SequenceEqual(header))
            return KeyFault.Conflicting;
        if (!bearerIsOurs && !headerIsOurs)
            return KeyFault.Malformed;
        hash = KeyHash.OfKey(bearerIsOurs ? bearer : header);
        return KeyFault.None;
    }

    private static ReadOnlySpan<char> Bearer(StringValues authorization)
    {
        if (authorization.Count == 0 || authorization[0] is not { } value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return default;
        return value.AsSpan(Scheme.Length).Trim();
    }

    private static bool IsOurs(ReadOnlySpan<char> key)
    {
        if (key.Length is < MinLength or > MaxLength || !key.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        foreach (var c in key[Prefix.Length..])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return true;
    }

    private static bool IsMisplaced(HttpRequest request) =>
        Shows(request.QueryString.Value) || Shows(request.Headers.Cookie.ToString());

    private static bool Shows(string? text) => text is not null && text.Contains("=" + Prefix, StringComparison.Ordinal);
}
