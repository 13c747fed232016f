using System.Collections.Frozen;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>The plain columns of <c>gateway_logs</c> that may be asked for, by the names that the query language and the API use.</summary>
internal static class LogColumns
{
    public static readonly FrozenDictionary<string, LogColumn> ByName = new Dictionary<string, LogColumn>
    {
        ["id"] = new("id", LogColumnKind.Text),
        ["model"] = new("model", LogColumnKind.Text),
        ["provider"] = new("provider", LogColumnKind.Text),
        ["upstream_model"] = new("upstream_model", LogColumnKind.Text),
        ["surface"] = new("surface", LogColumnKind.Text),
        ["outcome"] = new("outcome", LogColumnKind.Text),
        ["error_type"] = new("error_type", LogColumnKind.Text),
        ["finish_reason"] = new("finish_reason", LogColumnKind.Text),
        ["user"] = new("user_email", LogColumnKind.Text),
        ["user_email"] = new("user_email", LogColumnKind.Text),
        ["user_id"] = new("user_id", LogColumnKind.Text),
        ["key"] = new("key_name", LogColumnKind.Text),
        ["key_name"] = new("key_name", LogColumnKind.Text),
        ["key_id"] = new("key_id", LogColumnKind.Text),
        ["lineage"] = new("key_lineage_id", LogColumnKind.Text),
        ["cost_center"] = new("cost_center", LogColumnKind.Text),
        ["session"] = new("session_id", LogColumnKind.Text),
        ["session_id"] = new("session_id", LogColumnKind.Text),
        ["trace"] = new("trace_id", LogColumnKind.Text),
        ["trace_id"] = new("trace_id", LogColumnKind.Text),
        ["ip"] = new("client_ip", LogColumnKind.Text),
        ["capture"] = new("body_capture_status", LogColumnKind.Text),
        ["team"] = new("team_names", LogColumnKind.List),
        ["tag"] = new("tags", LogColumnKind.List),
        ["status"] = new("status", LogColumnKind.Number),
        ["latency"] = new("latency_ms", LogColumnKind.Number),
        ["latency_ms"] = new("latency_ms", LogColumnKind.Number),
        ["ttfb"] = new("client_ttfb_ms", LogColumnKind.Number),
        ["input_tokens"] = new("input_tokens", LogColumnKind.Number),
        ["output_tokens"] = new("output_tokens", LogColumnKind.Number),
        ["cost"] = new("cost_usd", LogColumnKind.Number),
        ["cost_usd"] = new("cost_usd", LogColumnKind.Number),
        ["retries"] = new("retries", LogColumnKind.Number),
        ["fallbacks"] = new("fallbacks", LogColumnKind.Number),
        ["stream"] = new("stream", LogColumnKind.Truth),
        ["redacted"] = new("redacted", LogColumnKind.Truth),
        ["simulated"] = new("simulated", LogColumnKind.Truth),
    }.ToFrozenDictionary();
}

internal sealed record LogColumn(string Name, LogColumnKind Kind);

internal enum LogColumnKind
{
    Text,
    Number,
    Truth,
    List,
}
