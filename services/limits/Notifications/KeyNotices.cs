using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Notifications;

/// <summary>Takes over what identity says of keys, in sequence, each once: the position moves in the transaction of what was read.</summary>
internal sealed class KeyNotices(NpgsqlDataSource database, Identity.IdentityClient identity, TimeProvider time)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <exception cref="Grpc.Core.RpcException">Identity does not answer.</exception>
    public async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        while (await TakeSomeAsync(cancellationToken) == AtOnce)
        {
        }
    }

    private Task<int> TakeSomeAsync(CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            // Another replica that is at it is not waited for.
            var position = await transaction.Connection!.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
                "SELECT position FROM notice_position FOR UPDATE SKIP LOCKED", transaction: transaction, cancellationToken: token));
            if (position is null) return 0;
            var reply = await identity.KeyNoticesAsync(
                new KeyNoticesRequest { AfterSequence = position.Value, Limit = AtOnce }, deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: token);
            if (reply.Notices.Count == 0) return 0;
            foreach (var notice in reply.Notices) await Notification.InsertAsync(transaction, NotificationOf(notice), token);
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                "UPDATE notice_position SET position = @last", new { last = reply.Notices[^1].Sequence }, transaction, cancellationToken: token));
            return reply.Notices.Count;
        },
        cancellationToken);

    private static Notification NotificationOf(KeyNotice notice)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(notice.CreatedAtMs);
        var details = JsonSerializer.SerializeToElement(
            new
            {
                DaysLeft = notice.Action == Notification.KeyPrefix + "expiring" ? notice.DaysLeft : (int?)null,
                ExpiresAt = notice.ExpiresAtMs == 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(notice.ExpiresAtMs),
            },
            ApiJson.Options);
        return new Notification(
            Guid.CreateVersion7(at), Guid.Parse(notice.OrgId), at, notice.Action, "api_key", notice.KeyId, notice.Name, details,
            string.Create(CultureInfo.InvariantCulture, $"identity/{notice.Sequence}"), Addressed: true, Guid.Parse(notice.UserId),
            notice.TeamId.Length == 0 ? [] : [Guid.Parse(notice.TeamId)]);
    }
}
