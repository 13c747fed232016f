using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Notifications;

/// <summary>Which have been read: these, or all that there are.</summary>
internal sealed record MarkReadBody(IReadOnlyList<Guid>? Ids = null, bool? All = null);

/// <summary><c>/api/notifications</c>: the console's bell, of everybody their own.</summary>
internal static class NotificationEndpoints
{
    private const int MostAtOnce = 500;

    public static void MapNotifications(this WebApplication app)
    {
        var notifications = app.MapGroup("/api/notifications").WithTags("notifications");
        notifications.MapGet("", ListAsync).RequireSignedIn().WithName("listNotifications").WithSummary("Alerts of budgets and warnings of keys that concern the caller, the newest first");
        notifications.MapPost("/read", ReadAsync).RequireSignedIn().WithName("readNotifications").WithSummary("Mark notifications as read, for the caller alone");
    }

    private static async Task<Ok<NotificationPage>> ListAsync(ListQuery query, bool? unread, HttpContext http, NotificationStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ListAsync(http.Caller(), query, unread ?? false, cancellationToken));

    private static async Task<NoContent> ReadAsync(MarkReadBody body, HttpContext http, NotificationStore store, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(body.All == true ? body.Ids is null : body.Ids is { Count: > 0 and <= MostAtOnce }, "ids", $"One to {MostAtOnce} ids, or all: true.")
            .ThrowIfAny();
        await store.MarkReadAsync(http.Caller(), body.All == true ? null : body.Ids, cancellationToken);
        return TypedResults.NoContent();
    }
}
