using Microsoft.Extensions.Diagnostics.HealthChecks;
using ThinkWatch.ClickHouse;

namespace ThinkWatch.AuditIngest.Intake;

/// <summary>Whether the tables are there. Written by <see cref="SchemaService"/>; <see cref="Lose"/> makes it look again.</summary>
internal sealed class SchemaState : IHealthCheck
{
    private volatile TaskCompletionSource _lost = new();
    private volatile bool _isApplied;

    public bool IsApplied => _isApplied;

    public Task WhenLost => _lost.Task;

    public void Apply()
    {
        _lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _isApplied = true;
    }

    public void Lose()
    {
        _isApplied = false;
        _lost.TrySetResult();
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isApplied ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The tables of ClickHouse are not there yet"));
}

/// <summary>Applies the ClickHouse schema when the store answers, and again when its tables are gone (a store that was reset).</summary>
internal sealed partial class SchemaService(ClickHouseMigrator migrator, SchemaState state, ILogger<SchemaService> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var applied = await migrator.ApplyAsync("audit-ingest", typeof(SchemaService).Assembly, "Schema", stoppingToken);
                if (applied.Count > 0)
                    Applied(applied.Count, applied[^1]);
                state.Apply();
                await state.WhenLost.WaitAsync(stoppingToken);
            }
            catch (ClickHouseException fault)
            {
                // Not there yet, or it refuses: the dependency reporter tells the operator, here it is tried again.
                Waiting(fault.Message);
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(300, LogLevel.Information, "Applied {Count} ClickHouse migrations, the last {Name}")]
    private partial void Applied(int count, string name);

    [LoggerMessage(301, LogLevel.Debug, "The ClickHouse schema waits: {Reason}")]
    private partial void Waiting(string reason);
}
