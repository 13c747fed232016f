using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Notifications;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;
using Calendar = ThinkWatch.Limits.Rules.Calendar;
using Meter = ThinkWatch.Limits.Rules.Meter;

namespace ThinkWatch.Limits.Budgets;

/// <summary>
/// Says that a budget has passed a threshold: a log line, a metric, an audit event, a notification; each threshold once a period over all replicas, all that were
/// passed at once together. Thread-safe.
/// </summary>
internal sealed partial class BudgetAlerts(
    ActiveRules rules, IConnectionMultiplexer redis, BudgetClock clock, AlertQueue queue, Func<IReadOnlyList<string>> thresholds, IMeterFactory meters, TimeProvider time,
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
            if (await IsFirstAsync(meter, period, threshold, cancellationToken)) Say(budget, period, spent, threshold);
        }

        if (passed.Length > 0) _said[meter.Key] = (period, passed[^1]);
    }

    private async Task<bool> IsFirstAsync(Meter meter, long period, int threshold, CancellationToken cancellationToken)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{meter.Key}:said:{period}:{threshold}");
        return await redis.GetDatabase().StringSetAsync(key, 1, clock.EndOf(meter.Period!.Value) - time.GetUtcNow() + TimeSpan.FromDays(1), When.NotExists)
            .WaitAsync(Deadline, cancellationToken);
    }

    private void Say(AppliedLimit budget, long period, long spent, int threshold)
    {
        var name = Calendar.Name(budget.Meter.Period!.Value);
        _alerts.Add(1, new("subject_kind", budget.Limit.SubjectKind), new("period", name), new("threshold_pct", threshold));
        var (unit, metric) = (Amounts.UnitOf(budget.Meter.Metric), budget.Meter.Metric);
        Crossed(threshold, budget.Meter.Label, budget.Limit.SubjectId, Amounts.Shown(metric, spent), Amounts.Shown(metric, budget.Meter.Limit), unit);
        queue.Add(AlertOf(budget, period, spent, threshold));
    }

    private Alert AlertOf(AppliedLimit budget, long period, long spent, int threshold)
    {
        var (limit, meter) = (budget.Limit, budget.Meter);
        var details = JsonSerializer.SerializeToElement(
            new
            {
                limit.SubjectKind,
                limit.SubjectId,
                Period = Calendar.Name(meter.Period!.Value),
                PeriodStart = DateTimeOffset.FromUnixTimeMilliseconds(period),
                Unit = Amounts.UnitOf(meter.Metric),
                ThresholdPct = threshold,
                Spent = Amounts.Shown(meter.Metric, spent),
                Limit = Amounts.Shown(meter.Metric, meter.Limit),
                meter.Label,
            },
            ApiJson.Options);
        var id = Guid.CreateVersion7();
        var slot = string.Create(CultureInfo.InvariantCulture, $"budget/{meter.Counter}/{period}/{threshold}");
        var notification = new Notification(
            id, limit.OrgId, time.GetUtcNow(), Notification.BudgetThreshold, limit.SubjectKind, limit.SubjectId, "", details, slot, Addressed: false, OwnerOf(budget), []);
        var audit = new AuditEntry
        {
            Id = id.ToString(),
            OrgId = limit.OrgId.ToString(),
            CreatedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Action = "budget.threshold_crossed",
            Resource = "limit_budget",
            ResourceId = limit.Id.ToString(),
            After = details.GetRawText(),
            Result = "ok",
        };
        return new Alert(notification, audit);
    }

    /// <summary>A role's budget is counted for each of its holders apart: it concerns the one whose counter this is.</summary>
    private static Guid? OwnerOf(AppliedLimit budget) =>
        budget.Limit.SubjectKind == Subjects.Role && Guid.TryParse(budget.Meter.Counter.Split(':')[1], out var holder) ? holder : null;

    [LoggerMessage(320, LogLevel.Warning, "budget threshold crossed: {ThresholdPct} % of {Label} of {SubjectId}, {Spent} of {Limit} {Unit}")]
    private partial void Crossed(int thresholdPct, string label, string subjectId, decimal spent, decimal limit, string unit);
}
