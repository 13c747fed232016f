using System.Text.Json;
using Npgsql;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>Providers and their keys in PostgreSQL. Every statement is scoped to one organisation.</summary>
internal static class ProviderStore
{
    private const string Columns =
        """
        SELECT p.*, ARRAY(SELECT k.id FROM provider_keys k WHERE k.provider_id = p.id ORDER BY k.position) AS key_ids,
               ARRAY(SELECT k.secret FROM provider_keys k WHERE k.provider_id = p.id ORDER BY k.position) AS key_secrets,
               ARRAY(SELECT k.hint FROM provider_keys k WHERE k.provider_id = p.id ORDER BY k.position) AS key_hints
        FROM providers p
        """;

    public static async Task<Provider?> FindAsync(NpgsqlConnection connection, Guid orgId, Guid id, bool forUpdate, CancellationToken cancellationToken)
    {
        var sql = $"{Columns} WHERE p.org_id = @org AND p.id = @id AND p.deleted_at IS NULL{(forUpdate ? " FOR UPDATE OF p" : "")}";
        await using var command = new NpgsqlCommand(sql, connection).With("org", orgId).With("id", id);
        return (await command.ReadAllAsync(Read, cancellationToken)).FirstOrDefault();
    }

    public static async Task<Provider?> FindByNameAsync(NpgsqlConnection connection, Guid orgId, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Columns} WHERE p.org_id = @org AND p.name = @name AND p.deleted_at IS NULL", connection)
            .With("org", orgId).With("name", name);
        return (await command.ReadAllAsync(Read, cancellationToken)).FirstOrDefault();
    }

    public static async Task<List<Provider>> ListAsync(NpgsqlConnection connection, Guid orgId, ListPlan plan, CancellationToken cancellationToken)
    {
        var sql =
            $"""
            {Columns} WHERE p.org_id = @org AND p.deleted_at IS NULL AND (@q IS NULL OR p.name ILIKE @q OR p.display_name ILIKE @q OR p.provider_type ILIKE @q)
            {plan.Sql("p", "name")}
            """;
        await using var command = plan.Bind(new NpgsqlCommand(sql, connection).With("org", orgId));
        return await command.ReadAllAsync(Read, cancellationToken);
    }

    public static async Task InsertAsync(NpgsqlTransaction transaction, Provider provider, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO providers (id, org_id, name, display_name, provider_type, base_url, enabled, allow_private_network, timeout_secs, headers, config_sealed, config_shown, capabilities, simulated)
            VALUES (@id, @org, @name, @display_name, @provider_type, @base_url, @enabled, @allow_private_network, @timeout_secs, @headers, @config_sealed, @config_shown, @capabilities, @simulated)
            """,
            transaction.Connection,
            transaction);
        await Bind(command, provider).With("provider_type", provider.ProviderType).With("simulated", provider.Simulated).ExecuteNonQueryAsync(cancellationToken);
        await InsertKeysAsync(transaction, provider, cancellationToken);
    }

    public static async Task UpdateAsync(NpgsqlTransaction transaction, Provider provider, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE providers SET name = @name, display_name = @display_name, base_url = @base_url, enabled = @enabled, allow_private_network = @allow_private_network,
                timeout_secs = @timeout_secs, headers = @headers, config_sealed = @config_sealed, config_shown = @config_shown, capabilities = @capabilities,
                version = version + 1, updated_at = now()
            WHERE org_id = @org AND id = @id;
            DELETE FROM provider_keys WHERE org_id = @org AND provider_id = @id;
            """,
            transaction.Connection,
            transaction);
        await Bind(command, provider).ExecuteNonQueryAsync(cancellationToken);
        await InsertKeysAsync(transaction, provider, cancellationToken);
    }

    public static async Task SoftDeleteAsync(NpgsqlTransaction transaction, Guid orgId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE providers SET deleted_at = now(), version = version + 1 WHERE org_id = @org AND id = @id", transaction.Connection, transaction)
            .With("org", orgId).With("id", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Bind(NpgsqlCommand command, Provider provider) => command
        .With("id", provider.Id)
        .With("org", provider.OrgId)
        .With("name", provider.Name)
        .With("display_name", provider.DisplayName)
        .With("base_url", provider.BaseUrl)
        .With("enabled", provider.Enabled)
        .With("allow_private_network", provider.AllowPrivateNetwork)
        .With("timeout_secs", provider.TimeoutSecs)
        .WithJson("headers", JsonSerializer.Serialize(provider.Headers))
        .With("config_sealed", provider.ConfigSealed)
        .WithJson("config_shown", provider.ConfigShown)
        .WithJson("capabilities", JsonSerializer.Serialize(provider.Capabilities.ToDictionary(static name => name.TrimStart('-'), static name => !name.StartsWith('-'))));

    private static async Task InsertKeysAsync(NpgsqlTransaction transaction, Provider provider, CancellationToken cancellationToken)
    {
        if (provider.Keys.Count == 0)
            return;
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO provider_keys (id, org_id, provider_id, position, secret, hint)
            SELECT k.id, @org, @provider, k.position, k.secret, k.hint FROM unnest(@ids, @secrets, @hints) WITH ORDINALITY AS k (id, secret, hint, position)
            """,
            transaction.Connection,
            transaction)
            .With("org", provider.OrgId)
            .With("provider", provider.Id)
            .WithIds("ids", [.. provider.Keys.Select(static key => key.Id)])
            .WithTexts("secrets", [.. provider.Keys.Select(static key => key.Sealed)])
            .WithTexts("hints", [.. provider.Keys.Select(static key => key.Hint)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Provider Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.Get<Guid>("id"),
        OrgId = reader.Get<Guid>("org_id"),
        Name = reader.Get<string>("name"),
        DisplayName = reader.Get<string>("display_name"),
        ProviderType = reader.Get<string>("provider_type"),
        BaseUrl = reader.Get<string>("base_url"),
        Enabled = reader.Get<bool>("enabled"),
        AllowPrivateNetwork = reader.Get<bool>("allow_private_network"),
        TimeoutSecs = reader.GetOrNull<int>("timeout_secs"),
        Headers = JsonSerializer.Deserialize<Dictionary<string, SealedText>>(reader.Get<string>("headers"))!,
        ConfigSealed = reader.GetTextOrNull("config_sealed"),
        ConfigShown = reader.Get<string>("config_shown"),
        Capabilities = [.. JsonSerializer.Deserialize<Dictionary<string, bool>>(reader.Get<string>("capabilities"))!.Select(static flag => flag.Value ? flag.Key : '-' + flag.Key).Order(StringComparer.Ordinal)],
        Simulated = reader.Get<bool>("simulated"),
        Keys = ReadKeys(reader),
        Version = reader.Get<long>("version"),
        CreatedAt = reader.Get<DateTimeOffset>("created_at"),
        UpdatedAt = reader.Get<DateTimeOffset>("updated_at"),
    };

    private static List<ProviderKey> ReadKeys(NpgsqlDataReader reader)
    {
        var secrets = reader.Get<string[]>("key_secrets");
        var hints = reader.Get<string[]>("key_hints");
        return [.. reader.Get<Guid[]>("key_ids").Select((id, i) => new ProviderKey(id, secrets[i], hints[i]))];
    }
}
