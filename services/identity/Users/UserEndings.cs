using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Users;

/// <summary>Deletes people so that it can be undone for thirty days, undoes it, and ends their sessions.</summary>
internal sealed class UserEndings(NpgsqlDataSource database, SessionStore store, SessionEnder sessions)
{
    public async Task DeleteAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await SetDeletedAsync(http, id, deleted: true, cancellationToken);
        await sessions.EndAllAsync(id);
    }

    public Task<UserView> RestoreAsync(HttpContext http, Guid id, CancellationToken cancellationToken) => SetDeletedAsync(http, id, deleted: false, cancellationToken);

    public async Task ForceLogoutAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RequireMayAsync(http, transaction, id, token);
                await AuditOutbox.AppendAsync(transaction, http.Audit("user.force_logout", "user", id.ToString()), token);
            },
            cancellationToken);
        await store.EndAllAsync(id);
    }

    public async Task<SessionList> SessionsAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await UserReach.RequireSeenAsync(connection, http.Caller(), "sessions:revoke", id, null, cancellationToken);
        return new SessionList(await store.ListAsync(id, http.Caller().SessionId));
    }

    public async Task EndSessionAsync(HttpContext http, Guid id, string session, CancellationToken cancellationToken)
    {
        var known = (await store.ListAsync(id, "")).Any(s => s.Id == session);
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await RequireMayAsync(http, transaction, id, token);
                if (!known)
                    throw ApiProblem.NotFound("session").AsException();
                await AuditOutbox.AppendAsync(transaction, http.Audit("session.revoke", "session", id.ToString()), token);
            },
            cancellationToken);
        await store.EndByHandleAsync(session, id);
    }

    private static async Task RequireMayAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var change = await GrantChange.BeginAsync(transaction, caller, cancellationToken);
        await UserReach.RequireSeenAsync(transaction.Connection!, caller, "sessions:revoke", id, transaction, cancellationToken);
        var user = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, cancellationToken))!;
        await UserDesk.RequireNotAboveAsync(change, caller, user, cancellationToken);
    }

    private Task<UserView> SetDeletedAsync(HttpContext http, Guid id, bool deleted, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var caller = http.Caller();
            var change = await GrantChange.BeginAsync(transaction, caller, token);
            var before = await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, token, deleted: !deleted) ?? throw ApiProblem.NotFound("user").AsException();
            http.RequireMatch(before.Version);
            await change.WatchAsync([id], token);
            await UserDesk.RequireNotAboveAsync(change, caller, before, token);
            try
            {
                await UserStore.SetDeletedAsync(transaction, id, deleted, token);
            }
            catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                throw ApiProblem.Conflict("Somebody else has this e-mail address by now.").AsException();
            }

            await change.RequireSoundAsync(token);
            if (before is { PlatformAdmin: true, Status: "active" } && await UserStore.CountPlatformAdminsAsync(transaction, token) == 0)
                throw ApiProblem.Conflict("This is the last platform administrator.").AsException();
            var after = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, token, deleted))!;
            await AuditOutbox.AppendAsync(transaction, http.Audit(deleted ? "user.delete" : "user.restore", "user", id.ToString(), before, after), token);
            await IdentityChanges.AppendUserAsync(transaction, id, token);
            return after;
        },
        cancellationToken);
}
