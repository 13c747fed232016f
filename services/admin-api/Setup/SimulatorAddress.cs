using System.Text.Json;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AdminApi.Setup;

/// <summary>At start, sends the simulated providers where the simulator listens: on a developer's machine that is another port each time.</summary>
internal sealed partial class SimulatorAddress(FleetAddresses addresses, CatalogChanges changes, PostgresReady ready, ILogger<SimulatorAddress> log) : BackgroundService
{
    private const string Update =
        """
        UPDATE providers p SET base_url = @url, version = p.version + 1, updated_at = now()
        FROM providers o WHERE o.id = p.id AND p.name = @name AND p.simulated AND p.base_url <> @url AND p.deleted_at IS NULL
        RETURNING p.org_id, p.id, o.base_url
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (SimulatorEndpoint.BaseUrl(addresses) is not { } url)
            return;
        await ready.WaitAsync(stoppingToken);
        try
        {
            await changes.MakeAsync(async (transaction, token) => new Change<bool>(true, await UpdateAsync(transaction, url, token)), stoppingToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            NotMoved(fault.Message);
        }
    }

    private static async Task<AuditEntry[]> UpdateAsync(NpgsqlTransaction transaction, string url, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Update, transaction.Connection, transaction).With("url", url).With("name", SimulatorEndpoint.ProviderName);
        var moved = await command.ReadAllAsync(static row => (Org: row.GetGuid(0), Id: row.GetGuid(1), Old: row.GetString(2)), cancellationToken);
        return
        [
            .. moved.Select(provider => new AuditEntry
            {
                OrgId = provider.Org.ToString(),
                Action = "provider.update",
                Resource = "provider",
                ResourceId = provider.Id.ToString(),
                Before = Shown(provider.Old),
                After = Shown(url),
                Result = "ok",
            }),
        ];
    }

    private static string Shown(string url) => JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["base_url"] = url });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The simulated provider keeps its old address until the next start: {Reason}")]
    private partial void NotMoved(string reason);
}
