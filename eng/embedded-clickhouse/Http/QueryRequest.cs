using ThinkWatch.EmbeddedClickHouse.Native;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>A request's URL, taken apart as ClickHouse does: its own keys, <c>param_*</c>, and every other key a setting.</summary>
internal sealed class QueryRequest
{
    private static readonly HashSet<string> OwnKeys = new(StringComparer.Ordinal)
    {
        "query", "database", "default_format", "user", "password", "query_id", "quota_key", "wait_end_of_query", "buffer_size", "stacktrace",
        "enable_http_compression", "http_zlib_compression_level", "client_protocol_version", "session_timeout", "session_check", "add_http_cors_header",
    };

    public string? Query { get; private init; }

    public string Database { get; private init; } = "default";

    public string DefaultFormat { get; private init; } = "TabSeparated";

    public string QueryId { get; private init; } = "";

    public bool WaitEndOfQuery { get; private init; }

    public bool CompressResponse { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; private init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; private init; } = [];

    /// <exception cref="EngineException">A part of the interface that this server does not have.</exception>
    public static QueryRequest Read(HttpRequest request)
    {
        var url = request.Query;
        if (url.ContainsKey("session_id"))
            throw new EngineException(48, "NOT_IMPLEMENTED", "Sessions over HTTP are not supported by this server");
        if (IsOn(url["compress"]) || IsOn(url["decompress"]))
            throw new EngineException(48, "NOT_IMPLEMENTED", "Native compression is not supported by this server: use gzip by HTTP headers");
        return new QueryRequest
        {
            Query = url["query"] is [{ Length: > 0 } query, ..] ? query : null,
            Database = First(url["database"].ToString(), request.Headers["X-ClickHouse-Database"].ToString(), "default"),
            DefaultFormat = First(url["default_format"].ToString(), request.Headers["X-ClickHouse-Format"].ToString(), "TabSeparated"),
            QueryId = First(url["query_id"].ToString(), request.Headers["X-ClickHouse-Query-Id"].ToString(), Guid.NewGuid().ToString()),
            WaitEndOfQuery = IsOn(url["wait_end_of_query"]),
            CompressResponse = IsOn(url["enable_http_compression"]) && request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase),
            Parameters = [.. Pairs(url).Where(p => p.Key.StartsWith("param_", StringComparison.Ordinal)).Select(p => new KeyValuePair<string, string>(p.Key[6..], p.Value))],
            Settings = [.. Pairs(url).Where(p => IsSetting(p.Key)).Select(Checked)],
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IQueryCollection url) => url.Select(p => new KeyValuePair<string, string>(p.Key, p.Value[^1] ?? ""));

    private static bool IsSetting(string key) =>
        !OwnKeys.Contains(key) && !key.StartsWith("param_", StringComparison.Ordinal) && key is not ("compress" or "decompress");

    // The name goes into a SET statement.
    private static KeyValuePair<string, string> Checked(KeyValuePair<string, string> setting) =>
        setting.Key.Length > 0 && setting.Key.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? setting
            : throw new EngineException(115, "UNKNOWN_SETTING", $"Unknown setting '{setting.Key}'");

    private static bool IsOn(string? value) => value is not (null or "" or "0" or "false");

    private static string First(params ReadOnlySpan<string> values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrEmpty(value))
                return value;
        }

        return "";
    }
}
