using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Identity.Principals;

/// <summary>Tells what people call a user, a key, a team or a role, and whom it concerns.</summary>
internal sealed class SubjectDescriber(NpgsqlDataSource database)
{
    private const string User = """
        SELECT coalesce(nullif(display_name, ''), email) AS name, id AS owner_id, ARRAY(SELECT team_id FROM team_members m WHERE m.user_id = u.id) AS team_ids
        FROM users u WHERE org_id = @org AND id = @id AND deleted_at IS NULL
        """;

    // Of a lineage the newest key.
    private const string Key = """
        SELECT name, user_id AS owner_id, array_remove(ARRAY[team_id], NULL) AS team_ids FROM api_keys WHERE org_id = @org AND (id = @id OR lineage_id = @id)
        ORDER BY id DESC LIMIT 1
        """;

    private const string Team = "SELECT name, NULL::uuid AS owner_id, ARRAY[id] AS team_ids FROM teams WHERE org_id = @org AND id = @id";
    private const string Role = "SELECT display_name AS name, NULL::uuid AS owner_id, '{}'::uuid[] AS team_ids FROM roles WHERE org_id = @org AND id = @id";
    private const string Organization = "SELECT name, NULL::uuid AS owner_id, '{}'::uuid[] AS team_ids FROM organizations WHERE id = @org AND id = @id";

    public async Task<SubjectDescription> DescribeAsync(ResolveSubjectRequest request, CancellationToken cancellationToken)
    {
        var query = request.Kind switch { "user" => User, "api_key" => Key, "team" => Team, "role" => Role, "organization" => Organization, _ => null };
        if (query is null || !Guid.TryParse(request.OrgId, out var org) || !Guid.TryParse(request.Id, out var id)) return new SubjectDescription();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(query, new { org, id }, cancellationToken: cancellationToken));
        if (found is null) return new SubjectDescription();
        var description = new SubjectDescription { Found = true, Name = found.Name, OwnerId = found.OwnerId?.ToString() ?? "" };
        description.TeamIds.AddRange(found.TeamIds.Select(static team => team.ToString()));
        return description;
    }

    private sealed record Row
    {
        public string Name { get; init; } = "";

        public Guid? OwnerId { get; init; }

        public Guid[] TeamIds { get; init; } = [];
    }
}
