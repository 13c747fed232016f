using Npgsql;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Models;

/// <summary>Models in PostgreSQL. Every statement is scoped to one organisation.</summary>
internal static class ModelStore
{
    /// <summary>By UUID or by model_id.</summary>
    public static async Task<Model?> FindAsync(NpgsqlConnection connection, Guid orgId, string idOrModelId, bool forUpdate, CancellationToken cancellationToken)
    {
        // A model_id may itself look like a UUID: the id wins.
        var sql = $"SELECT * FROM models WHERE org_id = @org AND deleted_at IS NULL AND (id = @id OR model_id = @model_id) ORDER BY (id = @id) DESC NULLS LAST LIMIT 1{(forUpdate ? " FOR UPDATE" : "")}";
        await using var command = new NpgsqlCommand(sql, connection)
            .With("org", orgId)
            .With("id", NpgsqlTypes.NpgsqlDbType.Uuid, Guid.TryParse(idOrModelId, out var id) ? id : null)
            .With("model_id", idOrModelId);
        return (await command.ReadAllAsync(Read, cancellationToken)).FirstOrDefault();
    }

    public static async Task<List<Model>> ListAsync(NpgsqlConnection connection, Guid orgId, ListPlan plan, CancellationToken cancellationToken)
    {
        var sql =
            $"""
            SELECT m.* FROM models m WHERE m.org_id = @org AND m.deleted_at IS NULL AND (@q IS NULL OR m.model_id ILIKE @q OR m.display_name ILIKE @q)
            {plan.Sql("m", "model_id")}
            """;
        await using var command = plan.Bind(new NpgsqlCommand(sql, connection).With("org", orgId));
        return await command.ReadAllAsync(Read, cancellationToken);
    }

    public static async Task InsertAsync(NpgsqlTransaction transaction, Model model, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO models (id, org_id, model_id, display_name, enabled, strategy, affinity_mode, input_price, output_price, cached_input_price, cache_write_price,
                cache_write_1h_price, reasoning_price, context_window, max_output_tokens, input_multiplier, output_multiplier, tags)
            VALUES (@id, @org, @model_id, @display_name, @enabled, @strategy, @affinity_mode, @input_price, @output_price, @cached_input_price, @cache_write_price,
                @cache_write_1h_price, @reasoning_price, @context_window, @max_output_tokens, @input_multiplier, @output_multiplier, @tags)
            """,
            transaction.Connection,
            transaction);
        await Bind(command, model).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task UpdateAsync(NpgsqlTransaction transaction, Model model, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE models SET model_id = @model_id, display_name = @display_name, enabled = @enabled, strategy = @strategy, affinity_mode = @affinity_mode,
                input_price = @input_price, output_price = @output_price, cached_input_price = @cached_input_price, cache_write_price = @cache_write_price,
                cache_write_1h_price = @cache_write_1h_price, reasoning_price = @reasoning_price, context_window = @context_window, max_output_tokens = @max_output_tokens,
                input_multiplier = @input_multiplier, output_multiplier = @output_multiplier, tags = @tags, version = version + 1, updated_at = now()
            WHERE org_id = @org AND id = @id
            """,
            transaction.Connection,
            transaction);
        await Bind(command, model).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task SoftDeleteAsync(NpgsqlTransaction transaction, Guid orgId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE models SET deleted_at = now(), version = version + 1 WHERE org_id = @org AND id = @id", transaction.Connection, transaction)
            .With("org", orgId).With("id", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Bind(NpgsqlCommand command, Model model) => model.Prices.Bind(command)
        .With("id", model.Id)
        .With("org", model.OrgId)
        .With("model_id", model.ModelId)
        .With("display_name", model.DisplayName)
        .With("enabled", model.Enabled)
        .With("strategy", model.Strategy)
        .With("affinity_mode", model.AffinityMode)
        .With("context_window", model.ContextWindow)
        .With("max_output_tokens", model.MaxOutputTokens)
        .With("input_multiplier", (double)model.InputMultiplier)
        .With("output_multiplier", (double)model.OutputMultiplier)
        .WithTexts("tags", [.. model.Tags]);

    private static Model Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.Get<Guid>("id"),
        OrgId = reader.Get<Guid>("org_id"),
        ModelId = reader.Get<string>("model_id"),
        DisplayName = reader.Get<string>("display_name"),
        Enabled = reader.Get<bool>("enabled"),
        Strategy = reader.GetTextOrNull("strategy"),
        AffinityMode = reader.GetTextOrNull("affinity_mode"),
        Prices = Prices.Read(reader),
        ContextWindow = reader.GetOrNull<long>("context_window"),
        MaxOutputTokens = reader.GetOrNull<long>("max_output_tokens"),
        InputMultiplier = (decimal)reader.Get<double>("input_multiplier"),
        OutputMultiplier = (decimal)reader.Get<double>("output_multiplier"),
        Tags = reader.Get<string[]>("tags"),
        Version = reader.Get<long>("version"),
        CreatedAt = reader.Get<DateTimeOffset>("created_at"),
        UpdatedAt = reader.Get<DateTimeOffset>("updated_at"),
    };
}
