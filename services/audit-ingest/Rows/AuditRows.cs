using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Rows;

internal static class AuditRows
{
    public static IRowTable Table { get; } = new RowTable<AuditEntry>(
        "audit_logs",
        AuditEntry.Parser,
        static e => e.CreatedAtMs,
        new("id", static (w, e) => w.Text(e.Id)),
        new("org_id", static (w, e) => w.Text(e.OrgId)),
        new("created_at", static (w, e) => w.Int64(e.CreatedAtMs)),
        new("trace_id", static (w, e) => w.Text(e.TraceId)),
        new("actor_id", static (w, e) => w.Text(e.ActorId)),
        new("actor_email", static (w, e) => w.Text(e.ActorEmail)),
        new("action", static (w, e) => w.Text(e.Action)),
        new("resource", static (w, e) => w.Text(e.Resource)),
        new("resource_id", static (w, e) => w.Text(e.ResourceId)),
        new("before", static (w, e) => w.Text(e.Before)),
        new("after", static (w, e) => w.Text(e.After)),
        new("result", static (w, e) => w.Text(e.Result)),
        new("ip", static (w, e) => w.Text(e.Ip)),
        new("user_agent", static (w, e) => w.Text(e.UserAgent)))
    {
        SaltSeed = static e => e.SaltSeed,
        Sealed =
        [
            new("before", static (s, e) => s.Text(e.Before)),
            new("after", static (s, e) => s.Text(e.After)),
            new("actor_email", static (s, e) => s.Text(e.ActorEmail)),
            new("ip", static (s, e) => s.Text(e.Ip)),
            new("user_agent", static (s, e) => s.Text(e.UserAgent)),
        ],
    };
}
