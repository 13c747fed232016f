using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Users;

/// <summary>Thirty days after their deletion people are removed for good, with their keys, memberships and roles. What was logged of them stays.</summary>
internal sealed class UserPurge(NpgsqlDataSource database)
{
    private const int AtOnce = 100;

    private const string Remove = """
        DELETE FROM one_time_tokens WHERE user_id = ANY(@ids);
        DELETE FROM recovery_codes WHERE user_id = ANY(@ids);
        DELETE FROM sso_identities WHERE user_id = ANY(@ids);
        DELETE FROM api_keys WHERE user_id = ANY(@ids);
        DELETE FROM role_assignments WHERE user_id = ANY(@ids);
        DELETE FROM team_members WHERE user_id = ANY(@ids);
        DELETE FROM users WHERE id = ANY(@ids);
        """;

    public Task RunAsync(CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var gone = (await transaction.Connection!.QueryAsync<(Guid Id, Guid OrgId)>(new CommandDefinition(
                "SELECT id, org_id FROM users WHERE deleted_at < now() - interval '30 days' LIMIT @AtOnce FOR UPDATE SKIP LOCKED",
                new { AtOnce }, transaction, cancellationToken: token))).AsList();
            if (gone.Count == 0)
                return;
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(Remove, new { ids = gone.Select(g => g.Id).ToArray() }, transaction, cancellationToken: token));
            foreach (var (id, org) in gone)
                await AuditOutbox.AppendAsync(transaction, new AuditEntry { OrgId = org.ToString(), Action = "user.purge", Resource = "user", ResourceId = id.ToString(), Result = "ok" }, token);
        },
        cancellationToken);
}
