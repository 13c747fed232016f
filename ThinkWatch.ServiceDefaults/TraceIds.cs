using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.ServiceDefaults;

/// <summary>The trace that a request belongs to, by which everything it leads to is found again.</summary>
public static class TraceIds
{
    private const int Length = 32;
    private const int Longest = 256;

    /// <summary>
    /// Of the caller's <c>traceparent</c> (W3C Trace Context, level 1, section 3.2), else what <c>x-trace-id</c> says (cut after 256 characters), else of
    /// the trace that the fleet itself collects. Where there is none, one that begins with this request: its id, in 32 hexadecimal digits.
    /// </summary>
    public static string Of(IHeaderDictionary headers, Guid request)
    {
        // version "-" trace-id "-" parent-id "-" flags
        if (headers.TraceParent is [{ Length: >= 55 } parent] && parent[2] == '-' && parent[35] == '-' && parent.AsSpan(3, Length).ContainsAnyExcept('0'))
            return parent.Substring(3, Length);
        if (headers["x-trace-id"] is [{ Length: > 0 } given])
            return given.Length <= Longest ? given : given[..Longest];
        return Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : request.ToString("N");
    }
}
