using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Checkpoints;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Consumption;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Notifications;
using ThinkWatch.Limits.Rules;
using ThinkWatch.Postgres;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The engine of a limits replica, on a Redis of the test's choice and with rules of its own.</summary>
internal sealed class OpenLimits : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly ConnectionMultiplexer _redis;
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
    private readonly BudgetAlerts _alerts;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private OpenLimits(ConnectionMultiplexer redis, Guid orgId, SetTime? set, TimeZoneInfo zone, TimeSpan lease)
    {
        var time = set ?? TimeProvider.System;
        Func<long>? clock = set is null ? null : () => set.Now.ToUnixTimeMilliseconds();
        _redis = redis;
        _lease = lease;
        OrgId = orgId;
        Rules = new ActiveRules(time);
        Clock = new BudgetClock(() => zone, time);
        Planner = new CheckPlanner(Rules, new RouteCaps(), () => DeniesUnpriced);
        Script = new CheckScript(redis, Clock, Epochs, () => lease, clock);
        Usage = new UsageReader(redis, Clock, Epochs, time);
        _time = time;
        _alerts = new BudgetAlerts(
            Rules, redis, Clock, new AlertQueue(_nowhere, new PostgresReady(), NullLogger<AlertQueue>.Instance), static () => ["50", "80", "95", "100"], Meters, time, NullLogger<BudgetAlerts>.Instance);
        Settling = new Settling(Planner, new AdjustScript(redis, Clock, Epochs, clock), redis, () => lease, _alerts, time);
        Allotting = new Allotting(Planner, new AllotScript(redis, Clock, Epochs, clock), new AdjustScript(redis, Clock, Epochs, clock), redis);
        Sweeper = new LeaseSweeper(Rules, Settling, redis, time, NullLogger<LeaseSweeper>.Instance);
    }

    public Guid OrgId { get; }

    /// <summary>This replica's alone.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public ActiveRules Rules { get; }

    public BudgetClock Clock { get; }

    public CounterEpochs Epochs { get; } = new();

    public CheckPlanner Planner { get; }

    public CheckScript Script { get; }

    public UsageReader Usage { get; }

    public Settling Settling { get; }

    public Allotting Allotting { get; }

    public LeaseSweeper Sweeper { get; }

    public bool DeniesUnpriced { get; set; }

    public static async Task<OpenLimits> OpenAsync(string redis, Guid? orgId = null, TimeSpan? lease = null, SetTime? time = null, TimeZoneInfo? zone = null)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(redis + ",allowAdmin=true,abortConnect=false,syncTimeout=5000");
        connection.PreserveAsyncOrder = false;
        return new OpenLimits(connection, orgId ?? Guid.NewGuid(), time, zone ?? TimeZoneInfo.Utc, lease ?? TimeSpan.FromMinutes(10));
    }

    public Rule Rule(string metric, long limit, int windowSecs = 3600, string kind = "user", string id = "ada", string mode = "soft")
    {
        var now = DateTimeOffset.UtcNow;
        return new Rule(Guid.NewGuid(), OrgId, kind, id, kind is "mcp_server" or "mcp_tool" ? "mcp_gateway" : "ai_gateway", metric, windowSecs, limit, true, null, null, now, now) { Mode = mode };
    }

    public Budget Budget(string unit, long limit, string period = "daily", string kind = "user", string id = "ada", string mode = "soft")
    {
        var now = DateTimeOffset.UtcNow;
        return new Budget(Guid.NewGuid(), OrgId, kind, id, period, unit, limit, mode, true, null, null, now, now);
    }

    public CheckRequest Call(long tokens = 0, long? bound = null, params Candidate[] candidates)
    {
        var request = new CheckRequest
        {
            RequestId = Guid.CreateVersion7().ToString(),
            OrgId = OrgId.ToString(),
            Surface = "ai_gateway",
            UserId = "ada",
            KeyLineageId = "key",
            ModelId = "model",
            Estimate = UsageOf(tokens),
            Bound = bound is { } most ? UsageOf(most) : null,
        };
        request.Candidates.AddRange(candidates);
        return request;
    }

    /// <summary>As many micro-dollars as tokens.</summary>
    public static Usage UsageOf(long tokens) => new() { WeightedTokens = tokens, UsdMicros = tokens };

    public async Task<CheckReply> CheckAsync(CheckRequest request)
    {
        var plan = Planner.Plan(OrgId, request);
        if (plan.IsEmpty) return new CheckReply { Allowed = true };
        var group = new CheckGroup(plan.Common, plan.Candidates, plan.Reserves ? request.RequestId : null, 1);
        var verdicts = await Script.CheckAsync(OrgId, [group], Deadline, TestContext.Current.CancellationToken);
        return CheckReplies.Of(Planner, request, plan, verdicts[0], 0);
    }

    public static SettleRequest Settlement(CheckRequest request, long tokens) => new() { RequestId = request.RequestId, OrgId = request.OrgId, Actual = UsageOf(tokens) };

    public async Task<bool> SettleAsync(CheckRequest request, long tokens, Action<SettleRequest>? change = null)
    {
        var settle = Settlement(request, tokens);
        change?.Invoke(settle);
        return (await SettleAsync([settle]))[0];
    }

    /// <summary>In one go.</summary>
    public Task<bool[]> SettleAsync(SettleRequest[] settlements) => Settling.SettleAsync(OrgId, settlements, Deadline, TestContext.Current.CancellationToken);

    public Task<MoveReply> MoveAsync(CheckRequest request, Candidate candidate) => Settling.MoveAsync(
        OrgId,
        new MoveRequest { RequestId = request.RequestId, OrgId = request.OrgId, Candidate = candidate, Estimate = request.Estimate, Bound = request.Bound },
        Deadline,
        TestContext.Current.CancellationToken);

    public Task<AllotReply> AllotAsync(CheckRequest request, int calls) =>
        Allotting.AllotAsync(OrgId, new AllotRequest { Call = request, Calls = calls }, Deadline, TestContext.Current.CancellationToken);

    public Task<bool> GiveBackAsync(CheckRequest request, int unused) => Allotting.GiveBackAsync(
        OrgId, new GiveBackRequest { RequestId = request.RequestId, OrgId = request.OrgId, Unused = unused }, Deadline, TestContext.Current.CancellationToken);

    /// <summary>What becomes of a call's record in time.</summary>
    public Task ForgetCallAsync(CheckRequest request) => _redis.GetDatabase().KeyDeleteAsync(CallRecord.KeyOf(OrgId, request.RequestId));

    /// <summary>A counter's sum as it stands.</summary>
    public async Task<long> SumAsync(string counter) => (long)await _redis.GetDatabase().HashGetAsync(ThinkWatch.Limits.Rules.Meter.KeyOf(OrgId, counter), "s");

    /// <summary>What keeps this replica's counters beyond their store.</summary>
    public CheckpointKeeper Keeper(NpgsqlDataSource database, Contracts.Audit.AuditIngest.AuditIngestClient rows)
    {
        var unguarded = new Settling(Planner, new AdjustScript(_redis, Clock, new CounterEpochs()), _redis, static () => TimeSpan.FromMinutes(10), _alerts, _time);
        return new CheckpointKeeper(
            new CheckpointStore(database), new CounterSnapshot(_redis, Epochs, () => _lease), Epochs, Rules, new CallReplay(rows), Settling, unguarded, _redis, database, new PostgresReady(), _time,
            NullLogger<CheckpointKeeper>.Instance);
    }

    public Task EmptyAsync() => _redis.GetServer(_redis.GetEndPoints()[0]).FlushAllDatabasesAsync();

    /// <summary>Everything the store has, to have it again later.</summary>
    public async Task<List<(RedisKey Key, object Value)>> DumpAsync()
    {
        var database = _redis.GetDatabase();
        var found = new List<(RedisKey, object)>();
        foreach (var key in _redis.GetServer(_redis.GetEndPoints()[0]).Keys())
        {
            found.Add((key, await database.KeyTypeAsync(key) switch
            {
                RedisType.Hash => await database.HashGetAllAsync(key),
                RedisType.Set => await database.SetMembersAsync(key),
                RedisType.SortedSet => await database.SortedSetRangeByRankWithScoresAsync(key),
                _ => await database.StringGetAsync(key),
            }));
        }

        return found;
    }

    public async Task RestoreAsync(IEnumerable<(RedisKey Key, object Value)> dump)
    {
        await EmptyAsync();
        var database = _redis.GetDatabase();
        foreach (var (key, value) in dump)
        {
            switch (value)
            {
                case HashEntry[] hash:
                    await database.HashSetAsync(key, hash);
                    await database.KeyExpireAsync(key, TimeSpan.FromHours(2));
                    break;
                case RedisValue[] members: await database.SetAddAsync(key, members); break;
                case SortedSetEntry[] entries: await database.SortedSetAddAsync(key, entries); break;
                default: await database.StringSetAsync(key, (RedisValue)value); break;
            }
        }
    }

    public Task ForgetScriptsAsync() => _redis.GetServer(_redis.GetEndPoints()[0]).ScriptFlushAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.CloseAsync();
        await _nowhere.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>A clock that a test sets, for the engine and for its scripts.</summary>
internal sealed class SetTime : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
