using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Rows;

internal static class PlatformRows
{
    public static IRowTable Table { get; } = new RowTable<PlatformEvent>(
        "platform_logs",
        PlatformEvent.Parser,
        static e => e.CreatedAtMs,
        new("id", static (w, e) => w.Text(e.Id)),
        new("org_id", static (w, e) => w.Text(e.OrgId)),
        new("created_at", static (w, e) => w.Int64(e.CreatedAtMs)),
        new("kind", static (w, e) => w.Text(e.Kind)),
        new("subject", static (w, e) => w.Text(e.Subject)),
        new("severity", static (w, e) => w.Text(e.Severity)),
        new("message", static (w, e) => w.Text(e.Message)),
        new("detail", static (w, e) => w.Text(e.Detail)));
}
