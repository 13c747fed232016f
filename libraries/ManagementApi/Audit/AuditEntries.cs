using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.ManagementApi;

public static class AuditEntries
{
    /// <summary>
    /// An entry with the who, where and trace of this request. <paramref name="before"/> and <paramref name="after"/> are what the API
    /// shows of the object, so they hold no secrets; anything that does must be masked by the caller.
    /// </summary>
    public static AuditEntry Audit(
        this HttpContext http, string action, string resource, string resourceId, object? before = null, object? after = null, string result = "ok")
    {
        var caller = http.CallerOrNull();
        return new AuditEntry
        {
            Id = Guid.CreateVersion7().ToString(),
            CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            OrgId = caller?.OrgId ?? "",
            ActorId = caller?.UserId ?? "",
            ActorEmail = caller?.UserEmail ?? "",
            Action = action,
            Resource = resource,
            ResourceId = resourceId,
            Before = Json(before),
            After = Json(after),
            Result = result,
            Ip = http.ClientIp(),
            UserAgent = Cut(http.Request.Headers.UserAgent.ToString()),
            TraceId = TraceIds.Of(http.Request.Headers, Guid.Parse(http.RequestId())),
        };
    }

    private static string Json(object? value) => value is null ? "" : JsonSerializer.Serialize(value, ApiJson.Options);

    private static string Cut(string text) => text.Length <= 256 ? text : text[..256];
}
