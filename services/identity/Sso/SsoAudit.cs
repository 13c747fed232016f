using System.Text.Json;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

internal static class SsoAudit
{
    public const string Resource = "sso_connection";

    public static AuditEntry Test(SsoConnection connection, Guid tester, SsoTestResult result) => new()
    {
        OrgId = connection.OrgId.ToString(),
        ActorId = tester.ToString(),
        Action = "sso.test",
        Resource = Resource,
        ResourceId = connection.Id.ToString(),
        After = JsonSerializer.Serialize(new { ok = result.Ok, error = result.Error, email = result.Email }, ApiJson.Options),
        Result = result.Ok ? "ok" : "denied",
    };
}
