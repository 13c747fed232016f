using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;
using ThinkWatch.Outbound;

namespace ThinkWatch.Limits.Notifications;

/// <summary>Where to send to. <paramref name="Secret"/> absent: the present one stays; of a new webhook, or with <paramref name="NewSecret"/>, one is made.</summary>
internal sealed record WebhookBody(string? Url = null, string? Secret = null, bool? NewSecret = null, bool? AllowPrivateNetwork = null, bool? Enabled = null);

/// <summary>A webhook without its secret.</summary>
internal sealed record WebhookView(string Url, bool AllowPrivateNetwork, bool Enabled, DateTimeOffset UpdatedAt, DateTimeOffset? LastDeliveredAt, DateTimeOffset? LastFailedAt, string? LastError)
{
    public static WebhookView Of(Webhook webhook) => new(
        webhook.Url, webhook.AllowPrivateNetwork, webhook.Enabled, webhook.UpdatedAt, webhook.LastDeliveredAt, webhook.LastFailedAt, webhook.LastError);
}

/// <summary>The answer to a change: <paramref name="Secret"/> only when it is new, and only here.</summary>
internal sealed record WebhookSet(WebhookView Webhook, string? Secret)
{
    // A record prints its properties; this one must not.
    public override string ToString() => Webhook.ToString();
}

internal sealed record WebhookTest(bool Accepted, int? Status, string? Error);

/// <summary><c>/api/admin/notifications/webhook</c>: where the organisation's notifications go besides the bell.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhook(this WebApplication app)
    {
        var webhook = app.MapGroup("/api/admin/notifications/webhook").WithTags("notifications");
        webhook.MapGet("", ReadAsync).RequirePermission("settings:read").WithName("getWebhook").WithSummary("Where notifications are sent to");
        webhook.MapPut("", SetAsync).RequirePermission("settings:write").WithName("setWebhook").WithSummary("Send notifications to an address; a new secret is in this answer only");
        webhook.MapDelete("", RemoveAsync).RequirePermission("settings:write").WithName("removeWebhook").WithSummary("Send notifications nowhere");
        webhook.MapPost("/test", TestAsync).RequirePermission("settings:write").WithName("testWebhook").WithSummary("Send one message now and say what came of it");
    }

    private static async Task<Ok<WebhookView>> ReadAsync(HttpContext http, WebhookStore store, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(http, store, cancellationToken);
        http.SetETag(webhook.UpdatedAt);
        return TypedResults.Ok(WebhookView.Of(webhook));
    }

    private static async Task<Ok<WebhookSet>> SetAsync(WebhookBody body, HttpContext http, WebhookStore store, CancellationToken cancellationToken)
    {
        // A receiver's address often carries its key as a query; elsewhere it may not.
        var wrong = OutboundUrl.Validate(body.Url?.Split('?')[0], body.AllowPrivateNetwork ?? false);
        new FieldErrors()
            .Require(wrong is null, "url", wrong ?? "")
            .Require(body.Url is null or { Length: <= 2000 }, "url", "must not be longer than 2000 characters")
            .Require(body.Secret is null || WebhookSecret.KeyOf(body.Secret) is not null, "secret", "whsec_ and base64 of 24 to 64 bytes.")
            .ThrowIfAny();
        var (webhook, secret) = await store.SetAsync(http, body, cancellationToken);
        http.SetETag(webhook.UpdatedAt);
        return TypedResults.Ok(new WebhookSet(WebhookView.Of(webhook), secret));
    }

    private static async Task<NoContent> RemoveAsync(HttpContext http, WebhookStore store, CancellationToken cancellationToken)
    {
        await store.RemoveAsync(http, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<WebhookTest>> TestAsync(HttpContext http, WebhookStore store, WebhookSender sender, TimeProvider time, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(http, store, cancellationToken);
        var id = Guid.CreateVersion7();
        var body = WebhookDispatcher.MessageOf(id, "test", time.GetUtcNow(), null, JsonSerializer.SerializeToElement(new { }, ApiJson.Options));
        var delivery = await sender.SendAsync(webhook, id, body, cancellationToken);
        return TypedResults.Ok(new WebhookTest(delivery.Accepted, delivery.Status, delivery.Error));
    }

    private static async Task<Webhook> FindAsync(HttpContext http, WebhookStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(http.Caller().OrgId(), cancellationToken) ?? throw ApiProblem.NotFound("webhook").AsException();
}
