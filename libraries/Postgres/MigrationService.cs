using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ThinkWatch.Postgres;

/// <summary>Migrates as soon as the store answers; until then the service is live and not ready. A script that fails stops the service.</summary>
internal sealed partial class MigrationService(
    NpgsqlDataSource database,
    PostgresSchema schema,
    IEnumerable<MigrationAssembly> assemblies,
    PostgresReady ready,
    IHostApplicationLifetime lifetime,
    ILogger<MigrationService> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var migrations = Migration.Collect(assemblies);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var applied = await Migrator.ApplyAsync(database, schema.Name, migrations, stoppingToken);
                if (applied.Count > 0)
                    LogApplied(log, applied.Count, schema.Name, applied[^1]);
                ready.Open();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (IsUnreachable(fault))
            {
                // The dependency reporter tells the operator what is missing; here it is only awaited.
                LogAway(log, fault.Message);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                // A half-known schema must not be served: the supervisor restarts us, and the log says why.
                LogFailed(log, fault, schema.Name);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return;
            }
        }
    }

    // A SQL error of ours has a class other than 08 (connection), 57 (starting up, shutting down), 53 (resources) and 3D (database not made yet).
    private static bool IsUnreachable(Exception fault) => fault switch
    {
        PostgresException sql => sql.SqlState.StartsWith("08", StringComparison.Ordinal) || sql.SqlState.StartsWith("57", StringComparison.Ordinal)
            || sql.SqlState.StartsWith("53", StringComparison.Ordinal) || sql.SqlState.StartsWith("3D", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Count} migrations to schema {Schema}, the last {Name}")]
    private static partial void LogApplied(ILogger logger, int count, string schema, string name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "PostgreSQL is not there yet: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Migrating schema {Schema} failed; the service stops")]
    private static partial void LogFailed(ILogger logger, Exception fault, string schema);
}
