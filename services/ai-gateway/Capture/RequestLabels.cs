using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>What clients say about their requests for later: session and tags. Bounded, never trusted.</summary>
internal static class RequestLabels
{
    private const int Longest = 256;
    private const int MaxTags = 10;
    private const int LongestTag = 100;

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
