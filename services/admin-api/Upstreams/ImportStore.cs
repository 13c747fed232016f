using Npgsql;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Upstreams;

internal static class ImportStore
{
    /// <summary>What of a provider is routed to already: its name for a model → ours.</summary>
    public static async Task<ILookup<string, string>> RoutesToAsync(NpgsqlConnection connection, Guid orgId, Guid providerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT r.upstream_model, m.model_id FROM routes r JOIN models m ON m.id = r.model_id AND m.deleted_at IS NULL
            WHERE r.org_id = @org AND r.provider_id = @provider ORDER BY m.model_id
            """,
            connection).With("org", orgId).With("provider", providerId);
        var rows = await command.ReadAllAsync(static reader => (Upstream: reader.GetString(0), ModelId: reader.GetString(1)), cancellationToken);
        return rows.ToLookup(static row => row.Upstream, static row => row.ModelId);
    }
}
