using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Rows;

internal static class McpRows
{
    public static IRowTable Table { get; } = new RowTable<McpCall>(
        "mcp_logs",
        McpCall.Parser,
        static c => c.CreatedAtMs,
        new("id", static (w, c) => w.Text(c.Id)),
        new("org_id", static (w, c) => w.Text(c.OrgId)),
        new("created_at", static (w, c) => w.Int64(c.CreatedAtMs)),
        new("trace_id", static (w, c) => w.Text(c.TraceId)),
        new("session_id", static (w, c) => w.Text(c.SessionId)),
        new("user_id", static (w, c) => w.Text(c.UserId)),
        new("user_email", static (w, c) => w.Text(c.UserEmail)),
        new("team_ids", static (w, c) => w.Texts(c.Teams, static t => t.Id)),
        new("team_names", static (w, c) => w.Texts(c.Teams, static t => t.Name)),
        new("key_id", static (w, c) => w.Text(c.KeyId)),
        new("key_lineage_id", static (w, c) => w.Text(c.KeyLineageId)),
        new("key_name", static (w, c) => w.Text(c.KeyName)),
        new("protocol_revision", static (w, c) => w.Text(c.ProtocolRevision)),
        new("method", static (w, c) => w.Text(c.Method)),
        new("server", static (w, c) => w.Text(c.Server)),
        new("tool", static (w, c) => w.Text(c.Tool)),
        new("status", static (w, c) => w.Int32(c.Status)),
        new("outcome", static (w, c) => w.Text(RowText.Of(c.Outcome))),
        new("error", static (w, c) => w.Text(c.Error)),
        new("duration_ms", static (w, c) => w.Int64(c.DurationMs)),
        new("tool_arguments", static (w, c) => w.Bytes(c.ToolArguments)),
        new("tool_result", static (w, c) => w.Bytes(c.ToolResult)),
        new("client_ip", static (w, c) => w.Text(c.ClientIp)),
        new("user_agent", static (w, c) => w.Text(c.UserAgent)))
    {
        SaltSeed = static c => c.SaltSeed,
        Sealed =
        [
            new("tool_arguments", static (s, c) => s.Bytes(c.ToolArguments.Span)),
            new("tool_result", static (s, c) => s.Bytes(c.ToolResult.Span)),
            new("user_email", static (s, c) => s.Text(c.UserEmail)),
            new("client_ip", static (s, c) => s.Text(c.ClientIp)),
            new("user_agent", static (s, c) => s.Text(c.UserAgent)),
            new("session_id", static (s, c) => s.Text(c.SessionId)),
        ],
    };
}
