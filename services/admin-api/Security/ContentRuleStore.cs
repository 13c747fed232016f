using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AdminApi.Security;

/// <summary>Content rules in PostgreSQL. Every statement is scoped to one organisation.</summary>
internal static class ContentRuleStore
{
    public static async Task<List<ContentRule>> ListAsync(NpgsqlConnection connection, Guid orgId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT * FROM content_rules WHERE org_id = @org ORDER BY name", connection).With("org", orgId);
        return await command.ReadAllAsync(Read, cancellationToken);
    }

    public static async Task<ContentRule?> FindAsync(NpgsqlConnection connection, Guid orgId, Guid id, bool forUpdate, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT * FROM content_rules WHERE org_id = @org AND id = @id{(forUpdate ? " FOR UPDATE" : "")}", connection)
            .With("org", orgId).With("id", id);
        return (await command.ReadAllAsync(Read, cancellationToken)).FirstOrDefault();
    }

    public static async Task<long> CountAsync(NpgsqlConnection connection, Guid orgId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM content_rules WHERE org_id = @org", connection).With("org", orgId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task InsertAsync(NpgsqlTransaction transaction, ContentRule rule, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO content_rules (id, org_id, name, match, pattern, scope, action, severity, enabled, description)
            VALUES (@id, @org, @name, @match, @pattern, @scope, @action, @severity, @enabled, @description)
            """,
            transaction.Connection,
            transaction);
        await Bind(command, rule).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task UpdateAsync(NpgsqlTransaction transaction, ContentRule rule, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE content_rules SET name = @name, match = @match, pattern = @pattern, scope = @scope, action = @action, severity = @severity, enabled = @enabled,
                description = @description, version = version + 1, updated_at = now()
            WHERE org_id = @org AND id = @id
            """,
            transaction.Connection,
            transaction);
        await Bind(command, rule).ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task DeleteAsync(NpgsqlTransaction transaction, Guid orgId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM content_rules WHERE org_id = @org AND id = @id", transaction.Connection, transaction)
            .With("org", orgId).With("id", id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Bind(NpgsqlCommand command, ContentRule rule) => command
        .With("id", rule.Id)
        .With("org", rule.OrgId)
        .With("name", rule.Name)
        .With("match", rule.Match)
        .With("pattern", rule.Pattern)
        .With("scope", NameOf(rule.Scope))
        .With("action", NameOf(rule.Action))
        .With("severity", rule.Severity)
        .With("enabled", rule.Enabled)
        .With("description", rule.Description);

    private static ContentRule Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.Get<Guid>("id"),
        OrgId = reader.Get<Guid>("org_id"),
        Name = reader.Get<string>("name"),
        Match = reader.Get<string>("match"),
        Pattern = reader.Get<string>("pattern"),
        Scope = Enum.Parse<RuleScope>(reader.Get<string>("scope"), ignoreCase: true),
        Action = Enum.Parse<RuleAction>(reader.Get<string>("action"), ignoreCase: true),
        Severity = reader.Get<string>("severity"),
        Enabled = reader.Get<bool>("enabled"),
        Description = reader.GetTextOrNull("description"),
        Version = reader.Get<long>("version"),
        CreatedAt = reader.Get<DateTimeOffset>("created_at"),
        UpdatedAt = reader.Get<DateTimeOffset>("updated_at"),
    };

    private static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
