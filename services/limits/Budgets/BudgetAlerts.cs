using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using Calendar = ThinkWatch.Limits.Rules.Calendar;
using Meter = ThinkWatch.Limits.Rules.Meter;

namespace ThinkWatch.Limits.Budgets;

/// <summary>
/// Says that a budget has passed a threshold: a log line, a metric, an audit event; each threshold once a period over all replicas, all that were
/// passed at once together. Thread-safe.
/// </summary>
internal sealed partial class BudgetAlerts(
    ActiveRules rules, IConnectionMultiplexer redis, BudgetClock clock, NpgsqlDataSource database, Func<IReadOnlyList<string>> thresholds, IMeterFactory meters, TimeProvider time,
    ILogger<BudgetAlerts> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private readonly Counter<long> _alerts = meters.Create("ThinkWatch.Limits").CreateCounter<long>("gateway_budget_alert_total");

    /// <summary>What this replica has said or seen said: (budget, beginning of its period) → the highest threshold.</summary>
    private readonly ConcurrentDictionary<string, (long Period, int Threshold)> _said = new(StringComparer.Ordinal);

    /// <param name="sums">Before and after, of each change.</param>
    public async ValueTask LookAsync(IReadOnlyList<Change> changes, long[] sums, CancellationToken cancellationToken)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].Meter.IsBudget && rules.BudgetOf(changes[i].Meter.OrgId, changes[i].Meter.Counter) is { } budget)
                await LookAsync(budget, sums[(2 * i) + 1], cancellationToken);
        }
    }

    private async ValueTask LookAsync(AppliedLimit budget, long spent, CancellationToken cancellationToken)
    {
        var meter = budget.Meter;
        if (meter.Limit <= 0) return;
        var percent = (int)Math.Min(int.MaxValue, spent * 100m / meter.Limit);
        var period = clock.StartOf(meter.Period!.Value, time.GetUtcNow().ToUnixTimeMilliseconds());
        var said = _said.TryGetValue(meter.Key, out var known) && known.Period == period ? known.Threshold : 0;
        var passed = thresholds().Select(static t => int.Parse(t, CultureInfo.InvariantCulture)).Where(t => t > said && t <= percent).Order().ToArray();
        foreach (var threshold in passed)
        {
            if (await IsFirstAsync(meter, period, threshold, cancellationToken)) await SayAsync(budget, spent, threshold, cancellationToken);
        }

        if (passed.Length > 0) _said[meter.Key] = (period, passed[^1]);
    }

    private async Task<bool> IsFirstAsync(Meter meter, long period, int threshold, CancellationToken cancellationToken)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{meter.Key}:said:{period}:{threshold}");
        return await redis.GetDatabase().StringSetAsync(key, 1, clock.EndOf(meter.Period!.Value) - time.GetUtcNow() + TimeSpan.FromDays(1), When.NotExists)
            .WaitAsync(Deadline, cancellationToken);
    }

    private async Task SayAsync(AppliedLimit budget, long spent, int threshold, CancellationToken cancellationToken)
    {
        var period = Calendar.Name(budget.Meter.Period!.Value);
        _alerts.Add(1, new("subject_kind", budget.Limit.SubjectKind), new("period", period), new("threshold_pct", threshold));
        Crossed(threshold, budget.Meter.Label, budget.Limit.SubjectId, spent, budget.Meter.Limit);
        var entry = new AuditEntry
        {
            Id = Guid.CreateVersion7().ToString(),
            OrgId = budget.Limit.OrgId.ToString(),
            CreatedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Action = "budget.threshold_crossed",
            Resource = "limit_budget",
            ResourceId = budget.Limit.Id.ToString(),
            After = JsonSerializer.Serialize(
                new { budget.Limit.SubjectKind, budget.Limit.SubjectId, Period = period, ThresholdPct = threshold, Spent = spent, budget.Meter.Limit }, ApiJson.Options),
            Result = "ok",
        };
        try
        {
            await database.InTransactionAsync((transaction, token) => AuditOutbox.AppendAsync(transaction, entry, token), cancellationToken);
        }
        catch (NpgsqlException e)
        {
            // The settlement stands, and the alert was logged: a lost audit line must not undo either.
            NotRecorded(budget.Meter.Label, e.SqlState ?? e.GetType().Name);
        }
    }

    [LoggerMessage(320, LogLevel.Warning, "budget threshold crossed: {ThresholdPct} % of {Label} of {SubjectId}, {Spent} of {Limit}")]
    private partial void Crossed(int thresholdPct, string label, string subjectId, long spent, long limit);

    [LoggerMessage(321, LogLevel.Warning, "The alert of budget {Label} has no audit event: {Reason}")]
    private partial void NotRecorded(string label, string reason);
}
