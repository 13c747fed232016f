using Dapper;
using Npgsql;
using ThinkWatch.Identity.Changes;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Roles;

/// <summary>
/// Gives an organisation its built-in roles, and at start brings those of all organisations to what this release ships, unless somebody has
/// edited them.
/// </summary>
internal sealed partial class BuiltInRoleStore(NpgsqlDataSource database, PostgresReady ready, ILogger<BuiltInRoleStore> log) : BackgroundService
{
    private const string Renew = """
        UPDATE roles SET display_name = @DisplayName, description = @Description, policy = @policy::jsonb, updated_at = now(), version = version + 1
        WHERE built_in AND edited_at IS NULL AND name = @Name AND (policy <> @policy::jsonb OR description <> @Description) RETURNING org_id
        """;

    /// <summary>Answers the id of super_admin.</summary>
    public static async Task<Guid> InsertAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken)
    {
        var superAdmin = Guid.Empty;
        foreach (var role in BuiltInRoles.All)
        {
            var id = Guid.CreateVersion7();
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO roles (id, org_id, name, display_name, description, built_in, policy)
                VALUES (@id, @org, @Name, @DisplayName, @Description, true, @policy::jsonb)
                """,
                new { id, org, role.Name, role.DisplayName, role.Description, policy = role.Policy.ToJson() }, transaction, cancellationToken: cancellationToken));
            if (role.Name == BuiltInRoles.SuperAdmin)
                superAdmin = id;
        }

        return superAdmin;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        try
        {
            await database.InTransactionAsync(RenewAsync, stoppingToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            LogLater(log, fault.Message);
        }
    }

    private static async Task RenewAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var touched = new HashSet<Guid>();
        foreach (var role in BuiltInRoles.All)
        {
            touched.UnionWith(await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
                Renew, new { role.Name, role.DisplayName, role.Description, policy = role.Policy.ToJson() }, transaction, cancellationToken: cancellationToken)));
        }

        foreach (var org in touched)
            await IdentityChanges.AppendOrganizationAsync(transaction, org, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The built-in roles are brought up to date at the next start: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
