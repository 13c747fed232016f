using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ManagementApi;

/// <summary>Entity tags from a row's version (an integer that grows, or the time of its last change).</summary>
public static class ETags
{
    public static void SetETag(this HttpContext http, long version) => http.Response.Headers.ETag = Of(version);

    public static void SetETag(this HttpContext http, DateTimeOffset changedAt) => http.SetETag(VersionOf(changedAt));

    /// <exception cref="ApiProblemException">412 when If-Match was sent and names another version. Call it inside the transaction, on the locked row.</exception>
    public static void RequireMatch(this HttpContext http, long version)
    {
        var sent = http.Request.Headers.IfMatch;
        if (sent.Count == 0 || sent.ToString().Trim() == "*")
            return;
        var tag = Of(version);
        var tags = sent.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries));
        if (!tags.Any(t => t == tag || t == "W/" + tag))
            throw ApiProblem.Stale().AsException();
    }

    /// <summary>For what a request makes that may be there already: "If-None-Match: *" says that the caller saw none.</summary>
    /// <exception cref="ApiProblemException">412 when it was sent and there is one. Call it as <see cref="RequireMatch(HttpContext, long)"/>.</exception>
    public static void RequireNone(this HttpContext http, bool exists)
    {
        if (exists && http.Request.Headers.IfNoneMatch.ToString().Trim() == "*")
            throw ApiProblem.Overtaken().AsException();
    }

    public static void RequireMatch(this HttpContext http, DateTimeOffset changedAt) => http.RequireMatch(VersionOf(changedAt));

    /// <summary>The version of a list, which has no row of its own: another one as soon as an item comes, goes or changes. A part names an item and its version.</summary>
    public static long VersionOf(IEnumerable<string> parts) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Order(StringComparer.Ordinal)))));

    public static long VersionOf(IEnumerable<(Guid Id, long Version)> items) =>
        VersionOf(items.Select(static item => string.Create(CultureInfo.InvariantCulture, $"{item.Id}:{item.Version}")));

    /// <summary>The change's place in time, for what has no counter.</summary>
    public static long VersionOf(DateTimeOffset changedAt) => changedAt.UtcTicks / TimeSpan.TicksPerMicrosecond;

    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version:x}\"");
}
