using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// State changes by cookie need the header x-requested-with (a foreign page cannot add it without a preflight that nobody answers) and,
/// when the browser names an Origin, one that is ours.
/// </summary>
internal static class CsrfGuard
{
    public static bool IsStateChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    /// <summary>Null when the request may go on.</summary>
    public static ApiProblem? Refuse(HttpRequest request, bool peerIsTrusted)
    {
        if (string.IsNullOrEmpty(request.Headers["x-requested-with"]))
            return ApiProblem.Forbidden("A change by cookie needs the header x-requested-with.");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOurs(origin, request, peerIsTrusted))
            return ApiProblem.Forbidden("The Origin of this request is another site.");
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" or "none" ? null : ApiProblem.Forbidden("This request comes from another site.");
    }

    private static bool IsOurs(string origin, HttpRequest request, bool peerIsTrusted)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri))
            return false;
        var authority = uri.Authority;
        return Same(authority, request.Host.Value) || (peerIsTrusted && Same(authority, request.Headers["X-Forwarded-Host"].ToString()));
    }

    private static bool Same(string authority, string? host) => string.Equals(authority, host, StringComparison.OrdinalIgnoreCase);
}
