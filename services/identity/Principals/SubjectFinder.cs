using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Identity.Principals;

/// <summary>
/// Tells other services by what id a user, a key, a team or a role is known to counters (a key by its lineage, so that rotation changes nothing), and in which
/// teams it is, for that is who may see to it.
/// </summary>
internal sealed class SubjectFinder(NpgsqlDataSource database)
{
    private const string TeamsOfUser =
        "ARRAY(SELECT m.team_id FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = u.id AND t.deleted_at IS NULL)";

    private const string User = $"""
        SELECT u.id, u.id AS owner_id, ARRAY(SELECT a.role_id FROM role_assignments a WHERE a.user_id = u.id AND a.team_id IS NULL) AS role_ids, {TeamsOfUser} AS team_ids
        FROM users u WHERE u.org_id = @org AND u.id = @id AND u.deleted_at IS NULL
        """;

    // Of a lineage the newest key.
    private const string Key = $$"""
        SELECT k.lineage_id AS id, k.user_id AS owner_id, '{}'::uuid[] AS role_ids, CASE WHEN k.team_id IS NULL THEN {{TeamsOfUser}} ELSE ARRAY[k.team_id] END AS team_ids
        FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.org_id = @org AND (k.id = @id OR k.lineage_id = @id)
        ORDER BY k.id DESC LIMIT 1
        """;

    private const string Team =
        "SELECT id, NULL::uuid AS owner_id, '{}'::uuid[] AS role_ids, ARRAY[id] AS team_ids FROM teams WHERE org_id = @org AND id = @id AND deleted_at IS NULL";

    private const string Role = "SELECT id, NULL::uuid AS owner_id, '{}'::uuid[] AS role_ids, '{}'::uuid[] AS team_ids FROM roles WHERE org_id = @org AND id = @id";

    public async Task<ResolveSubjectReply> FindAsync(ResolveSubjectRequest request, CancellationToken cancellationToken)
    {
        var query = request.Kind switch
        {
            "user" => User,
            "api_key" => Key,
            "team" => Team,
            "role" => Role,
            _ => null,
        };
        if (query is null || !Guid.TryParse(request.OrgId, out var org) || !Guid.TryParse(request.Id, out var id)) return new ResolveSubjectReply();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(query, new { org, id }, cancellationToken: cancellationToken));
        if (found is null) return new ResolveSubjectReply();
        var reply = new ResolveSubjectReply { Found = true, Id = found.Id.ToString(), OwnerId = found.OwnerId?.ToString() ?? "" };
        reply.RoleIds.AddRange(found.RoleIds.Select(static role => role.ToString()));
        reply.TeamIds.AddRange(found.TeamIds.Select(static team => team.ToString()));
        return reply;
    }

    private sealed record Row
    {
        public Guid Id { get; init; }

        public Guid? OwnerId { get; init; }

        public Guid[] RoleIds { get; init; } = [];

        public Guid[] TeamIds { get; init; } = [];
    }
}
