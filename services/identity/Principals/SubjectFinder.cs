using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Identity.Principals;

/// <summary>Tells other services by what id a user or a key is known to counters: a key by its lineage, so that rotation changes nothing.</summary>
internal sealed class SubjectFinder(NpgsqlDataSource database)
{
    private const string User = "SELECT id FROM users WHERE org_id = @org AND id = @id AND deleted_at IS NULL";
    private const string Key = "SELECT lineage_id FROM api_keys WHERE org_id = @org AND (id = @id OR lineage_id = @id) LIMIT 1";

    public async Task<ResolveSubjectReply> FindAsync(ResolveSubjectRequest request, CancellationToken cancellationToken)
    {
        var query = request.Kind switch
        {
            "user" => User,
            "api_key" => Key,
            _ => null,
        };
        if (query is null || !Guid.TryParse(request.OrgId, out var org) || !Guid.TryParse(request.Id, out var id)) return new ResolveSubjectReply();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(query, new { org, id }, cancellationToken: cancellationToken));
        return found is { } known ? new ResolveSubjectReply { Found = true, Id = known.ToString() } : new ResolveSubjectReply();
    }
}
