using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

/// <summary>Entity tags from a row's version (an integer that grows, or the time of its last change).</summary>
public static class ETags
{
    public static void SetETag(this HttpContext http, long version) => http.Response.Headers.ETag = Format(version);

    public static void SetETag(this HttpContext http, DateTimeOffset changedAt) => http.SetETag(changedAt.UtcTicks / 10);

    /// <exception cref="ApiProblemException">412 when If-Match was sent and names another version. Call it inside the transaction, on the locked row.</exception>
    public static void RequireMatch(this HttpContext http, long version)
    {
        var sent = http.Request.Headers.IfMatch;
        if (sent.Count == 0 || sent.ToString().Trim() == "*")
            return;
        var tag = Format(version);
        var tags = sent.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries));
        if (!tags.Any(t => t == tag || t == "W/" + tag))
            throw ApiProblem.Stale().AsException();
    }

    public static void RequireMatch(this HttpContext http, DateTimeOffset changedAt) => http.RequireMatch(changedAt.UtcTicks / 10);

    private static string Format(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version:x}\"");
}
