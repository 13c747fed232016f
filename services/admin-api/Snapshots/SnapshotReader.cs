using System.Data;
using System.Text.Json;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Contracts.Catalog;
using Route = ThinkWatch.Contracts.Catalog.Route;

namespace ThinkWatch.AdminApi.Snapshots;

/// <summary>Reads the whole catalog, of all organisations, as it was at one moment. Secrets stay sealed: who uses them opens them.</summary>
internal sealed class SnapshotReader(NpgsqlDataSource database, AdminApi.Models.ShippedPrices shipped)
{
    public async Task<Snapshot> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var snapshot = new Snapshot { Sequence = (ulong)await ReadSequenceAsync(connection, cancellationToken) };
        await ReadProvidersAsync(connection, snapshot, cancellationToken);
        await ReadModelsAsync(connection, snapshot, cancellationToken);
        await ReadSettingsAsync(connection, snapshot, cancellationToken);
        await ReadContentRulesAsync(connection, snapshot, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var (model, prices) in shipped.All())
            snapshot.ShippedPrices.Add(model, prices.ToWire());
        return snapshot;
    }

    private static async Task<long> ReadSequenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(sequence), 0) FROM changes", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ReadProvidersAsync(NpgsqlConnection connection, Snapshot snapshot, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand("SELECT * FROM providers WHERE deleted_at IS NULL ORDER BY id", connection))
            snapshot.Providers.AddRange(await command.ReadAllAsync(ReadProvider, cancellationToken));

        var byId = snapshot.Providers.ToDictionary(static provider => provider.Id);
        await using var keys = new NpgsqlCommand("SELECT id, provider_id, secret FROM provider_keys ORDER BY provider_id, position", connection);
        await using var reader = await keys.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (byId.TryGetValue(reader.Get<Guid>("provider_id").ToString(), out var provider))
                provider.ApiKeys.Add(new SealedKey { Id = reader.Get<Guid>("id").ToString(), Sealed = reader.Get<string>("secret") });
        }
    }

    private async Task ReadModelsAsync(NpgsqlConnection connection, Snapshot snapshot, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand("SELECT * FROM models WHERE deleted_at IS NULL ORDER BY id", connection))
            snapshot.Models.AddRange(await command.ReadAllAsync(ReadModel, cancellationToken));

        var byId = snapshot.Models.ToDictionary(static model => model.Id);
        await using var routes = new NpgsqlCommand(
            "SELECT r.* FROM routes r JOIN providers p ON p.id = r.provider_id AND p.deleted_at IS NULL ORDER BY r.id", connection);
        await using var reader = await routes.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (byId.TryGetValue(reader.Get<Guid>("model_id").ToString(), out var model))
                model.Routes.Add(ReadRoute(reader));
        }

        foreach (var model in snapshot.Models)
            PriceAsShipped(model);
    }

    /// <summary>What nobody has priced here costs what the shipped table says: a route by what it leads to, a model by its name.</summary>
    private void PriceAsShipped(Model model)
    {
        if (model.Prices.CalculateSize() > 0)
            return;
        model.Prices = shipped.Find(model.ModelId, model.Routes.Select(static route => route.UpstreamModel))?.ToWire() ?? model.Prices;
        foreach (var route in model.Routes)
            route.Prices ??= shipped.Find(route.UpstreamModel)?.ToWire();
    }

    private static async Task ReadSettingsAsync(NpgsqlConnection connection, Snapshot snapshot, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT key, value FROM settings", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            snapshot.Settings.Add(reader.GetString(0), reader.GetString(1));
    }

    private static async Task ReadContentRulesAsync(NpgsqlConnection connection, Snapshot snapshot, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT * FROM content_rules WHERE enabled ORDER BY id", connection);
        snapshot.ContentRules.AddRange(await command.ReadAllAsync(static reader => new ContentRule
        {
            Id = reader.Get<Guid>("id").ToString(),
            OrgId = reader.Get<Guid>("org_id").ToString(),
            Name = reader.Get<string>("name"),
            Match = reader.Get<string>("match"),
            Pattern = reader.Get<string>("pattern"),
            Scope = reader.Get<string>("scope"),
            Action = reader.Get<string>("action"),
            Severity = reader.Get<string>("severity"),
        }, cancellationToken));
    }

    private static Provider ReadProvider(NpgsqlDataReader reader)
    {
        var provider = new Provider
        {
            Id = reader.Get<Guid>("id").ToString(),
            OrgId = reader.Get<Guid>("org_id").ToString(),
            Name = reader.Get<string>("name"),
            DisplayName = reader.Get<string>("display_name"),
            ProviderType = reader.Get<string>("provider_type"),
            BaseUrl = reader.Get<string>("base_url"),
            Enabled = reader.Get<bool>("enabled"),
            AllowPrivateNetwork = reader.Get<bool>("allow_private_network"),
            TimeoutSecs = reader.GetOrNull<int>("timeout_secs") ?? 0,
            SealedConfig = reader.GetTextOrNull("config_sealed") ?? "",
            Capabilities = reader.Get<string>("capabilities"),
            Simulated = reader.Get<bool>("simulated"),
        };
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, Providers.SealedText>>(reader.Get<string>("headers"))!)
            provider.SealedHeaders.Add(name, value.Sealed);
        return provider;
    }

    private static Model ReadModel(NpgsqlDataReader reader)
    {
        var model = new Model
        {
            Id = reader.Get<Guid>("id").ToString(),
            OrgId = reader.Get<Guid>("org_id").ToString(),
            ModelId = reader.Get<string>("model_id"),
            DisplayName = reader.Get<string>("display_name"),
            Enabled = reader.Get<bool>("enabled"),
            Strategy = reader.GetTextOrNull("strategy") ?? "",
            AffinityMode = reader.GetTextOrNull("affinity_mode") ?? "",
            Prices = AdminApi.Models.Prices.Read(reader).ToWire(),
            ContextWindow = reader.GetOrNull<long>("context_window") ?? 0,
            MaxOutputTokens = reader.GetOrNull<long>("max_output_tokens") ?? 0,
            InputMultiplier = reader.Get<double>("input_multiplier"),
            OutputMultiplier = reader.Get<double>("output_multiplier"),
            CreatedAtUnix = reader.Get<DateTimeOffset>("created_at").ToUnixTimeSeconds(),
        };
        model.Tags.AddRange(reader.Get<string[]>("tags"));
        return model;
    }

    private static Route ReadRoute(NpgsqlDataReader reader) => new()
    {
        Id = reader.Get<Guid>("id").ToString(),
        ProviderId = reader.Get<Guid>("provider_id").ToString(),
        UpstreamModel = reader.Get<string>("upstream_model"),
        Weight = reader.Get<int>("weight"),
        Enabled = reader.Get<bool>("enabled"),
        Label = reader.GetTextOrNull("label") ?? "",
        RpmCap = reader.GetOrNull<long>("rpm_cap") ?? 0,
        TpmCap = reader.GetOrNull<long>("tpm_cap") ?? 0,
        Prices = reader.Get<bool>("priced") ? AdminApi.Models.Prices.Read(reader).ToWire() : null,
    };
}
