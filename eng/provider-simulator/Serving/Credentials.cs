namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>Keys in headers.</summary>
internal static class Credentials
{
    /// <summary>These headers carry secrets: <c>/simulator/calls</c> tells that they came, not what was in them.</summary>
    public static bool IsSecret(string header) => header.ToLowerInvariant() is
        "authorization" or "proxy-authorization" or "x-api-key" or "api-key" or "x-goog-api-key" or "x-amz-security-token" or "cookie";

    public static string? Bearer(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..] : null;
    }

    /// <summary>The header's only value; null when it is absent.</summary>
    public static string? Header(HttpContext http, string name) => http.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>A key was sent, and it is the required one if there is one.</summary>
    public static bool Suffices(string? key, string? requiredKey) => key is not null && (requiredKey is null || string.Equals(key, requiredKey, StringComparison.Ordinal));
}
