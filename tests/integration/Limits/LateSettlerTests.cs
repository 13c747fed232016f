using Grpc.Net.Client;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.AuditIngest.Settlement;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>What gateways could not settle, settled by audit-ingest: each service a process of its own, on real stores.</summary>
public sealed class LateSettlerTests(EmbeddedStores stores) : IAsyncLifetime
{
    private const int Good = 50;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly Guid _orgId = Guid.NewGuid();
    private readonly string _user = Guid.NewGuid().ToString();
    private string _database = "";
    private int _limitsPort;
    private ServiceProcess? _limits;
    private ServiceProcess? _ingest;

    [Fact]
    public async Task Settlement_ThatLimitsNeverTakes_HoldsUpNobodyAndIsSetAside()
    {
        await using var audit = NpgsqlDataSource.Create(_database + ";Search Path=audit");
        var redis = await ConnectionMultiplexer.ConnectAsync(await stores.RedisAsync());
        var calls = new UnsettledCalls(audit);

        // One that limits calls malformed, and four at which it fails each time: what is kept under their ids is no call.
        var malformed = Settlement("malformed");
        malformed.OrgId = "nobody";
        var poison = new List<SettleRequest> { malformed };
        for (var i = 0; i < 4; i++)
        {
            poison.Add(Settlement($"poison-{i}-{_orgId}"));
            await redis.GetDatabase().HashSetAsync(CallRecord.KeyOf(_orgId, poison[^1].RequestId), "not", "a call");
        }

        await calls.KeepAsync(poison, _cancel);
        await calls.KeepAsync([.. Enumerable.Range(0, Good).Select(_ => Settlement(Guid.CreateVersion7().ToString()))], _cancel);

        await BecomesAsync(audit, "SELECT count(*) FROM unsettled_calls", poison.Count);
        (await SpentAsync(redis)).ShouldBe(Good * 7);

        // While others are taken its refusals count; then it is left alone, and kept.
        await using var stop = new Trickle(() => calls.KeepAsync([Settlement(Guid.CreateVersion7().ToString())], _cancel));
        await BecomesAsync(audit, "SELECT count(*) FROM unsettled_calls WHERE set_aside_at IS NOT NULL AND reason <> ''", poison.Count);
        _ingest!.Output.ShouldContain("is set aside");
        (await redis.GetDatabase().StringGetAsync(CallRecord.KeyOf(_orgId, "malformed"))).HasValue.ShouldBeFalse();
        await redis.CloseAsync();
    }

    [Fact]
    public async Task Settlement_WhileLimitsIsAway_WaitsAndIsBookedOnce()
    {
        await using var audit = NpgsqlDataSource.Create(_database + ";Search Path=audit");
        var redis = await ConnectionMultiplexer.ConnectAsync(await stores.RedisAsync());
        var calls = new UnsettledCalls(audit);
        await _limits!.DisposeAsync();
        var waiting = Enumerable.Range(0, Good).Select(_ => Settlement(Guid.CreateVersion7().ToString())).ToArray();
        await calls.KeepAsync(waiting, _cancel);
        await Task.Delay(TimeSpan.FromSeconds(3), _cancel);
        (await CountAsync(audit, "SELECT count(*) FROM unsettled_calls WHERE set_aside_at IS NULL AND attempts = 0")).ShouldBe(Good);

        await StartLimitsAsync();
        await BecomesAsync(audit, "SELECT count(*) FROM unsettled_calls", 0);
        (await SpentAsync(redis)).ShouldBe(Good * 7);

        // Their frame comes again: they are known.
        await calls.KeepAsync(waiting, _cancel);
        await BecomesAsync(audit, "SELECT count(*) FROM unsettled_calls", 0);
        (await SpentAsync(redis)).ShouldBe(Good * 7);
        await redis.CloseAsync();
    }

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _limitsPort = FreePort.Take();
        await StartLimitsAsync();
        await SetBudgetAsync();
        _ingest = ServiceProcess.Launch("ThinkWatch.AuditIngest", "audit-ingest",
        [
            new("ConnectionStrings__postgres", _database),
            new("ConnectionStrings__clickhouse", await stores.ClickHouseDatabaseAsync()),
            new("services__limits__grpc__0", $"http://127.0.0.1:{_limitsPort}"),
        ]);
        await _ingest.WaitUntilLiveAsync();
        await using var database = NpgsqlDataSource.Create(_database);
        await BecomesAsync(database, "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'audit' AND column_name = 'set_aside_at'", 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ingest is not null) await _ingest.DisposeAsync();
        if (_limits is not null) await _limits.DisposeAsync();
    }

    private async Task StartLimitsAsync() => _limits = await ServiceProcess.StartAsync("ThinkWatch.Limits", "limits",
    [
        new("ConnectionStrings__postgres", _database),
        new("ConnectionStrings__redis", await stores.RedisAsync()),
        new("GRPC_PORT", $"{_limitsPort}"),
    ]);

    private async Task SetBudgetAsync()
    {
        await using var database = NpgsqlDataSource.Create(_database + ";Search Path=limits");
        await using var insert = database.CreateCommand(
            "INSERT INTO budgets (id, org_id, subject_kind, subject_id, period, unit, max_amount) VALUES (gen_random_uuid(), $1, 'user', $2, 'monthly', 'tokens', 1000000)");
        insert.Parameters.Add(new() { Value = _orgId });
        insert.Parameters.Add(new() { Value = _user });
        await insert.ExecuteNonQueryAsync(_cancel);

        // The rules are read at start.
        await _limits!.DisposeAsync();
        await StartLimitsAsync();
    }

    private SettleRequest Settlement(string id) => new()
    {
        RequestId = id,
        OrgId = _orgId.ToString(),
        Actual = new Usage { WeightedTokens = 7 },
        Late = true,
        CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        Call = new CheckRequest { RequestId = id, OrgId = _orgId.ToString(), Surface = "ai_gateway", UserId = _user },
    };

    private async Task<long> SpentAsync(ConnectionMultiplexer redis) =>
        (long)await redis.GetDatabase().HashGetAsync(ThinkWatch.Limits.Rules.Meter.KeyOf(_orgId, $"user:{_user}:budget:monthly:tokens"), "s");

    private async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(_cancel))!;
    }

    private async Task BecomesAsync(NpgsqlDataSource database, string sql, long expected)
    {
        var seen = -1L;
        for (var attempt = 0; attempt < 450 && seen != expected; attempt++)
        {
            seen = await CountAsync(database, sql);
            if (seen != expected) await Task.Delay(200, _cancel);
        }

        seen.ShouldBe(expected, $"{sql}\n{_ingest?.Output}\n{_limits?.Output}");
    }

    /// <summary>Something to settle, again and again.</summary>
    private sealed class Trickle : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Trickle(Func<Task> drop) => _running = RunAsync(drop);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }

        private async Task RunAsync(Func<Task> drop)
        {
            while (!_stop.IsCancellationRequested)
            {
                await drop();
                await Task.Delay(300, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
