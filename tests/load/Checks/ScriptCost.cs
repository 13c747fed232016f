using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Notifications;
using ThinkWatch.Limits.Rules;
using ThinkWatch.Postgres;

namespace ThinkWatch.Load.Checks;

/// <summary>
/// What the scripts cost in Redis, by themselves: many at once over one connection, in turns with a PING, an empty script with the same keys and arguments, and
/// the script without its look at the epoch. Medians of Redis's CPU time, and how many commands a check and a settlement send.
/// </summary>
internal sealed class ScriptCost : IAsyncDisposable
{
    private const int Times = 3000;
    private const int AtOnce = 64;
    private const int Rounds = 11;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Guid _orgId = Guid.NewGuid();
    private readonly ConnectionMultiplexer _redis;
    private readonly IReadOnlyList<int> _processes;
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ActiveRules _rules = new(TimeProvider.System);
    private readonly CheckPlanner _planner;
    private readonly CheckScript _script;
    private readonly Settling _settling;

    private ScriptCost(ConnectionMultiplexer redis, IReadOnlyList<int> processes)
    {
        (_redis, _processes) = (redis, processes);
        var time = TimeProvider.System;
        var (clock, epochs) = (new BudgetClock(static () => TimeZoneInfo.Utc, time), new CounterEpochs());
        _planner = new CheckPlanner(_rules, new RouteCaps(), static () => false);
        _script = new CheckScript(redis, clock, epochs, static () => TimeSpan.FromMinutes(1));
        var queue = new AlertQueue(_nowhere, new PostgresReady(), NullLogger<AlertQueue>.Instance);
        var alerts = new BudgetAlerts(_rules, redis, clock, queue, static () => ["100"], _services.GetRequiredService<IMeterFactory>(), time, NullLogger<BudgetAlerts>.Instance);
        _settling = new Settling(_planner, new AdjustScript(redis, clock, epochs), redis, static () => TimeSpan.FromMinutes(1), alerts, time);
    }

    public static async Task RunAsync(string address, IReadOnlyList<int> processes, CancellationToken cancellationToken)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync($"{address},abortConnect=false,syncTimeout=30000");
        redis.PreserveAsyncOrder = false;
        await using var cost = new ScriptCost(redis, processes);
        Console.WriteLine();
        Console.WriteLine($"{"redis alone, µs of its CPU",-34}{"PING",8}{"empty",8}{"check",8}{"- epoch",9}{"- empty",9}{"settle",8}{"commands: check",17}{"settle",8}");
        foreach (var rules in RuleSet.All) await cost.MeasureAsync(rules, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.CloseAsync();
        await _nowhere.DisposeAsync();
        await _services.DisposeAsync();
    }

    private async Task MeasureAsync(RuleSet rules, CancellationToken cancellationToken)
    {
        _rules.Replace(rules.Limits.Select(LimitOf));
        var sent = await SentAsync(cancellationToken);
        var database = _redis.GetDatabase();
        var (ping, empty, check, blind, settle) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (checking, settling) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var calls = Enumerable.Range(0, Times).Select(_ => Call()).ToArray();
            ping.Add(await CpuAsync(_ => database.PingAsync()));
            empty.Add(await CpuAsync(_ => database.ScriptEvaluateAsync("return 1", sent.Keys, sent.Arguments)));
            blind.Add(await CpuAsync(_ => database.ScriptEvaluateAsync(sent.WithoutEpoch, sent.KeysOf(Guid.NewGuid()), sent.Arguments)));
            var before = _redis.OperationCount;
            check.Add(await CpuAsync(i => CheckAsync(calls[i], cancellationToken)));
            checking = _redis.OperationCount - before;
            if (!rules.Reserves) continue;
            settle.Add(await CpuAsync(i => SettleAsync(calls[i], cancellationToken)));
            settling = _redis.OperationCount - before - checking;
        }

        var (pinged, nothing, checkedIn, unlooked) = (Median(ping), Median(empty), Median(check), Median(blind));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rules.Name,-34}{pinged,8:F1}{nothing,8:F1}{checkedIn,8:F1}{checkedIn - unlooked,9:F1}{checkedIn - nothing,9:F1}{(settle.Count == 0 ? "" : Median(settle).ToString("F1", CultureInfo.InvariantCulture)),8}{checking / (double)Times,17:F2}{(settle.Count == 0 ? "" : (settling / (double)Times).ToString("F2", CultureInfo.InvariantCulture)),8}"));
    }

    /// <summary>The first round warms up.</summary>
    private static double Median(List<double> values) => Alone.Median(values.Skip(1));

    private async Task<double> CpuAsync(Func<int, Task> runAsync)
    {
        var before = ProcessMeter.ExactCpuSeconds(_processes);
        var flying = new Task[AtOnce];
        for (var i = 0; i < Times; i += AtOnce)
        {
            for (var j = 0; j < AtOnce; j++) flying[j] = i + j < Times ? runAsync(i + j) : Task.CompletedTask;
            await Task.WhenAll(flying);
        }

        return (ProcessMeter.ExactCpuSeconds(_processes) - before) / Times * 1e6;
    }

    private async Task<SentScript> SentAsync(CancellationToken cancellationToken)
    {
        var (seen, recorder) = SentScript.Record(_redis);
        var recorded = new CheckScript(recorder, new BudgetClock(static () => TimeZoneInfo.Utc, TimeProvider.System), new CounterEpochs(), static () => TimeSpan.FromMinutes(1));
        await CheckAsync(recorded, Call(), cancellationToken);
        return seen();
    }

    private Task CheckAsync(CheckRequest call, CancellationToken cancellationToken) => CheckAsync(_script, call, cancellationToken);

    private async Task CheckAsync(CheckScript script, CheckRequest call, CancellationToken cancellationToken)
    {
        var plan = _planner.Plan(_orgId, call);
        var verdicts = await script.CheckAsync(_orgId, [new CheckGroup(plan.Common, plan.Candidates, plan.Reserves ? call.RequestId : null, 1)], s_deadline, cancellationToken);
        if (verdicts[0].Passed != 1) throw new InvalidOperationException("A limit that is wide enough refused.");
    }

    private Task SettleAsync(CheckRequest call, CancellationToken cancellationToken) => _settling.SettleAsync(_orgId, LimitedCaller.Settlement(call), s_deadline, cancellationToken);

    private CheckRequest Call() => new()
    {
        RequestId = Guid.CreateVersion7().ToString(),
        OrgId = _orgId.ToString(),
        Surface = "ai_gateway",
        UserId = SubjectId("user"),
        KeyLineageId = SubjectId("api_key"),
        TeamIds = { SubjectId("team") },
        ModelId = SubjectId("model"),
        Estimate = new Usage { WeightedTokens = 600, UsdMicros = 600 },
        Bound = new Usage { WeightedTokens = 2000, UsdMicros = 2000 },
    };

    private string SubjectId(string kind) => kind == "organization" ? _orgId.ToString() : $"{_orgId}-{kind}";

    private ILimit LimitOf(Limit limit)
    {
        const long wide = 1_000_000_000_000;
        var now = DateTimeOffset.UtcNow;
        return limit.Span is int seconds
            ? new Rule(Guid.NewGuid(), _orgId, limit.Subject, SubjectId(limit.Subject), "ai_gateway", limit.Metric, seconds, wide, true, null, null, now, now) { Mode = limit.Mode }
            : new Budget(Guid.NewGuid(), _orgId, limit.Subject, SubjectId(limit.Subject), (string)limit.Span, limit.Metric, wide, limit.Mode, true, null, null, now, now);
    }
}
