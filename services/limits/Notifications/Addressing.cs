using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Limits.Rules;
using ThinkWatch.Settings;

namespace ThinkWatch.Limits.Notifications;

/// <summary>
/// Finds out of new alerts whom they concern and what their subject is called. Until that is known nobody is told: an alert is written where no other
/// service may be waited for.
/// </summary>
internal sealed class Addressing(NpgsqlDataSource database, Identity.IdentityClient identity, CatalogFeed catalog, TimeProvider time)
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <exception cref="Grpc.Core.RpcException">Identity does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "SELECT id, org_id, subject_kind, subject_id, owner_id FROM notifications WHERE NOT addressed ORDER BY id LIMIT @AtOnce", new { AtOnce }, cancellationToken: cancellationToken));
        foreach (var row in rows) await AddressAsync(connection, row, cancellationToken);
    }

    private async Task AddressAsync(NpgsqlConnection connection, Row row, CancellationToken cancellationToken)
    {
        var (name, owner, teams) = await FindAsync(row, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE notifications SET addressed = true, subject_name = @name, owner_id = coalesce(owner_id, @owner), team_ids = @teams,
                webhook_due_at = CASE WHEN EXISTS (SELECT FROM webhooks WHERE org_id = notifications.org_id AND enabled) THEN now() END
            WHERE id = @Id AND NOT addressed
            """,
            new { row.Id, name, owner, teams }, cancellationToken: cancellationToken));
    }

    private async Task<(string Name, Guid? Owner, Guid[] Teams)> FindAsync(Row row, CancellationToken cancellationToken)
    {
        switch (row.SubjectKind)
        {
            case Subjects.Provider:
                return (catalog.Current.Providers.FirstOrDefault(p => p.Id == row.SubjectId)?.DisplayName ?? row.SubjectId, null, []);
            case Subjects.Model or Subjects.McpServer or Subjects.McpTool:
                return (row.SubjectId, null, []);
        }

        var subject = await DescribeAsync(row.OrgId, row.SubjectKind, row.SubjectId, cancellationToken);
        // A role's budget concerns its holder, and who is in charge of them.
        var person = row.OwnerId is { } holder ? await DescribeAsync(row.OrgId, Subjects.User, holder.ToString(), cancellationToken) : subject;
        return (
            subject.Found ? subject.Name : row.SubjectId,
            Guid.TryParse(person.OwnerId, out var owner) ? owner : null,
            [.. person.TeamIds.Select(Guid.Parse)]);
    }

    private async Task<SubjectDescription> DescribeAsync(Guid orgId, string kind, string id, CancellationToken cancellationToken) =>
        await identity.DescribeSubjectAsync(
            new ResolveSubjectRequest { OrgId = orgId.ToString(), Kind = kind, Id = id }, deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellationToken);

    private sealed record Row
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public string SubjectKind { get; init; } = "";

        public string SubjectId { get; init; } = "";

        public Guid? OwnerId { get; init; }
    }
}
