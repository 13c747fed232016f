using Dapper;
using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// Takes the ties of an account to the provider away. What groups gave stays, as after the end of a connection, and is a person's gift from then on: no sign-in
/// takes it back. An account without a password is refused, because nobody could sign in to it any more, or prove that it is theirs to link it again.
/// </summary>
internal sealed class SsoUnlinking(NpgsqlDataSource database, SessionEnder sessions)
{
    public async Task<UserView> UnlinkAsync(HttpContext http, Guid id, CancellationToken cancellationToken)
    {
        var after = await database.InTransactionAsync((transaction, token) => ApplyAsync(http, transaction, id, token), cancellationToken);
        await sessions.EndAllAsync(id);
        return after;
    }

    private static async Task<UserView> ApplyAsync(HttpContext http, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var change = await GrantChange.BeginAsync(transaction, caller, cancellationToken);
        await UserReach.RequireWholeAsync(transaction.Connection!, caller, "users:update", id, transaction, cancellationToken);
        var before = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, cancellationToken))!;
        http.RequireMatch(before.Version);
        await UserDesk.RequireNotAboveAsync(change, caller, before, cancellationToken);
        if (!before.Sso)
            throw ApiProblem.Conflict("This account is not linked to single sign-on.").AsException();
        if (!before.HasPassword)
            throw ApiProblem.Conflict("Single sign-on is this person's only way to sign in: give them a password first.").AsException();

        var ties = await UntieAsync(transaction, id, cancellationToken);
        var after = (await UserStore.FindAsync(transaction.Connection!, caller.OrgId(), id, transaction, cancellationToken))!;
        await AuditOutbox.AppendAsync(
            transaction, http.Audit("user.sso_unlink", "user", id.ToString(), new { sso = true, identities = ties }, new { sso = after.Sso, identities = Array.Empty<Tie>() }), cancellationToken);
        await IdentityChanges.AppendUserAsync(transaction, id, cancellationToken);
        return after;
    }

    private static async Task<IReadOnlyList<Tie>> UntieAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        var ties = await transaction.Connection!.QueryAsync<Tie>(new CommandDefinition(
            "DELETE FROM sso_identities WHERE user_id = @id RETURNING issuer AS Issuer, subject AS Subject, email AS Email", new { id }, transaction, cancellationToken: cancellationToken));
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE role_assignments SET sso_connection_id = NULL WHERE user_id = @id AND sso_connection_id IS NOT NULL;
            UPDATE team_members SET sso_connection_id = NULL WHERE user_id = @id AND sso_connection_id IS NOT NULL;
            UPDATE users SET updated_at = now(), version = version + 1 WHERE id = @id;
            """,
            new { id }, transaction, cancellationToken: cancellationToken));
        return ties.AsList();
    }

    private sealed record Tie
    {
        public string Issuer { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Email { get; init; } = "";
    }
}
