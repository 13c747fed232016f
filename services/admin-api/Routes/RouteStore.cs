using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Routes;

/// <summary>Routes in PostgreSQL; those of a deleted provider are not there. Every statement is scoped to one organisation.</summary>
internal static class RouteStore
{
    private const string Select =
        """
        SELECT r.*, p.name AS provider_name, p.display_name AS provider_display_name, p.simulated, p.enabled AS provider_enabled FROM routes r
        JOIN providers p ON p.id = r.provider_id AND p.deleted_at IS NULL
        JOIN models m ON m.id = r.model_id AND m.deleted_at IS NULL
        """;

    public static async Task<List<ModelRoute>> ListAsync(
        NpgsqlConnection connection, Guid orgId, Guid[] modelIds, CancellationToken cancellationToken, bool forUpdate = false)
    {
        var sql = $"{Select} WHERE r.org_id = @org AND r.model_id = ANY(@models) ORDER BY r.id{(forUpdate ? " FOR UPDATE OF r" : "")}";
        await using var command = new NpgsqlCommand(sql, connection)
            .With("org", orgId).WithIds("models", modelIds);
        return await command.ReadAllAsync(Read, cancellationToken);
    }

    public static async Task<List<ModelRoute>> ListAllAsync(NpgsqlConnection connection, Guid orgId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Select} WHERE r.org_id = @org ORDER BY r.id", connection).With("org", orgId);
        return await command.ReadAllAsync(Read, cancellationToken);
    }

    public static async Task<ModelRoute?> FindAsync(NpgsqlConnection connection, Guid orgId, Guid id, bool forUpdate, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Select} WHERE r.org_id = @org AND r.id = @id{(forUpdate ? " FOR UPDATE OF r" : "")}", connection)
            .With("org", orgId).With("id", id);
        return (await command.ReadAllAsync(Read, cancellationToken)).FirstOrDefault();
    }

    public static async Task InsertAsync(NpgsqlTransaction transaction, ModelRoute route, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO routes (id, org_id, model_id, provider_id, upstream_model, weight, enabled, label, notes, rpm_cap, tpm_cap, priced,
                input_price, output_price, cached_input_price, cache_write_price, cache_write_1h_price, reasoning_price)
            VALUES (@id, @org, @model, @provider, @upstream_model, @weight, @enabled, @label, @notes, @rpm_cap, @tpm_cap, @priced,
                @input_price, @output_price, @cached_input_price, @cache_write_price, @cache_write_1h_price, @reasoning_price)
            """,
            transaction.Connection,
            transaction);
        await Bind(command, route).With("model", route.ModelId).With("provider", route.ProviderId).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task UpdateAsync(NpgsqlTransaction transaction, ModelRoute route, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE routes SET upstream_model = @upstream_model, weight = @weight, enabled = @enabled, label = @label, notes = @notes, rpm_cap = @rpm_cap, tpm_cap = @tpm_cap,
                priced = @priced, input_price = @input_price, output_price = @output_price, cached_input_price = @cached_input_price, cache_write_price = @cache_write_price,
                cache_write_1h_price = @cache_write_1h_price, reasoning_price = @reasoning_price, version = version + 1, updated_at = now()
            WHERE org_id = @org AND id = @id
            """,
            transaction.Connection,
            transaction);
        await Bind(command, route).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task DeleteAsync(NpgsqlTransaction transaction, Guid orgId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM routes WHERE org_id = @org AND id = @id", transaction.Connection, transaction)
            .With("org", orgId).With("id", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Bind(NpgsqlCommand command, ModelRoute route) => (route.Prices ?? Prices.Unknown).Bind(command)
        .With("id", route.Id)
        .With("org", route.OrgId)
        .With("upstream_model", route.UpstreamModel)
        .With("weight", (int?)route.Weight)
        .With("enabled", route.Enabled)
        .With("label", route.Label)
        .With("notes", route.Notes)
        .With("rpm_cap", route.RpmCap)
        .With("tpm_cap", route.TpmCap)
        .With("priced", route.Prices is not null);

    private static ModelRoute Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.Get<Guid>("id"),
        OrgId = reader.Get<Guid>("org_id"),
        ModelId = reader.Get<Guid>("model_id"),
        ProviderId = reader.Get<Guid>("provider_id"),
        ProviderName = reader.Get<string>("provider_name"),
        ProviderDisplayName = reader.Get<string>("provider_display_name"),
        Simulated = reader.Get<bool>("simulated"),
        ProviderEnabled = reader.Get<bool>("provider_enabled"),
        UpstreamModel = reader.Get<string>("upstream_model"),
        Weight = reader.Get<int>("weight"),
        Enabled = reader.Get<bool>("enabled"),
        Label = reader.GetTextOrNull("label"),
        Notes = reader.GetTextOrNull("notes"),
        RpmCap = reader.GetOrNull<long>("rpm_cap"),
        TpmCap = reader.GetOrNull<long>("tpm_cap"),
        Prices = reader.Get<bool>("priced") ? Prices.Read(reader) : null,
        Version = reader.Get<long>("version"),
        CreatedAt = reader.Get<DateTimeOffset>("created_at"),
        UpdatedAt = reader.Get<DateTimeOffset>("updated_at"),
    };
}
