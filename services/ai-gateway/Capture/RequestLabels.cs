using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>What clients say about their requests for later: session, trace, tags. Bounded, never trusted.</summary>
internal static class RequestLabels
{
    private const int Longest = 256;
    private const int MaxTags = 10;
    private const int LongestTag = 100;
    private const int TraceIdLength = 32;

    /// <summary>The W3C trace this request belongs to, else what <c>x-trace-id</c> says.</summary>
    public static string TraceId(IHeaderDictionary headers)
    {
        // version "-" trace-id "-" parent-id "-" flags: https://www.w3.org/TR/trace-context/#traceparent-header
        if (headers.TraceParent is [{ Length: >= 55 } parent] && parent[2] == '-' && parent[35] == '-' && parent.AsSpan(3, TraceIdLength).ContainsAnyExcept('0'))
            return parent.Substring(3, TraceIdLength);
        if (headers["x-trace-id"] is [{ Length: > 0 }] given)
            return Short(given);
        return Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : "";
    }

    public static string Short(StringValues header)
    {
        if (header.Count == 0 || header[0] is not { } text)
            return "";
        return text.Length <= Longest ? text : text[..Longest];
    }

    /// <summary><c>team=search,env=prod</c> as a JSON object; empty when there is none.</summary>
    public static string Tags(StringValues header)
    {
        if (header.Count == 0 || string.IsNullOrEmpty(header[0]))
            return "";
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in header[0]!.Split(',', MaxTags + 1, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (equals is < 1 or > LongestTag || tag.Length > 2 * LongestTag || seen.Count == MaxTags || !seen.Add(tag[..equals]))
                continue;
            json.WriteString(tag.AsSpan(0, equals), tag.AsSpan(equals + 1));
        }

        json.WriteEndObject();
        json.Flush();
        return seen.Count == 0 ? "" : Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
