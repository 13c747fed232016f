using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Checkpoints;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Rules;

/// <summary>Reads all rules and budgets at start and again after every change, on every replica.</summary>
internal sealed partial class RuleReloader(
    RuleStore store, BudgetStore budgets, CheckpointStore checkpoints, CounterEpochs epochs, ActiveRules active, ChangeFeed feed, PostgresReady ready, TimeProvider time, ILogger<RuleReloader> log) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Subscribed first: a change between the read and the subscription would otherwise be missed.
                var first = true;
                await foreach (var batch in feed.ReadAsync(0, stoppingToken))
                {
                    if (!first && batch.Changes.Count == 0 && !batch.Reset) continue;
                    if (first) await checkpoints.ExpectAsync(epochs, TimeSpan.Zero, stoppingToken);
                    first = false;
                    active.Replace([.. await store.AllAsync(stoppingToken), .. await budgets.AllAsync(stoppingToken)]);
                }
            }
            catch (NpgsqlException e)
            {
                // The rules in memory stay in force; the next round reads them all again.
                ReloadFailed(e.SqlState ?? e.GetType().Name);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(300, LogLevel.Warning, "The rules could not be read again: {Reason}")]
    private partial void ReloadFailed(string reason);
}
