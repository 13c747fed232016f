using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Audit;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Checkpoints;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.Postgres;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>A counters' store that lost its data, or the last of it: what was used is known all the same.</summary>
public sealed class CheckpointTests(EmbeddedStores stores, AuditFixture audit) : IClassFixture<AuditFixture>, IAsyncLifetime
{
    private const string Monthly = "user:ada:budget:monthly:tokens";
    private const string OfRole = "user:ada:budget:weekly:tokens";
    private const string Strict = "api_key:key:budget:daily:tokens";
    private const string Hourly = "user:ada:ai_gateway:tokens:3600";
    private const string Requests = "user:ada:ai_gateway:requests:3600";
    private static ulong s_sequence;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private NpgsqlDataSource? _database;
    private EmbeddedRedis? _redis;

    [Fact]
    public async Task Store_Emptied_IsRebuiltFromTheCheckpointAndTheRowsSince()
    {
        await using var limits = await OpenAsync();
        using var keeper = KeeperOf(limits);
        for (var i = 0; i < 10; i++) await CallAsync(limits, used: 100);
        var underWay = CallOf(limits);
        (await limits.CheckAsync(underWay)).Allowed.ShouldBeTrue();
        await keeper.KeepAsync(limits.OrgId, _cancel);
        for (var i = 0; i < 5; i++) await CallAsync(limits, used: 30);
        await ShouldHoldAsync(limits, used: 1150, reserved: 500);

        await limits.EmptyAsync();
        await Should.ThrowAsync<RedisServerException>(() => limits.CheckAsync(CallOf(limits)));
        await Should.ThrowAsync<RedisServerException>(() => limits.SettleAsync(underWay, tokens: 120));
        (await limits.SumAsync(Monthly)).ShouldBe(0, "nobody counts in a store that is not rebuilt");

        await keeper.KeepAsync(limits.OrgId, _cancel);
        await ShouldHoldAsync(limits, used: 1150, reserved: 500);
        (await limits.SumAsync(Requests)).ShouldBe(11, "requests are those of the checkpoint");

        // Told again and again, counted once; and who was under way is settled as ever.
        await keeper.ReplayAsync(_cancel);
        (await limits.SettleAsync(underWay, tokens: 120, settle => settle.Call = underWay)).ShouldBeTrue();
        await ShouldHoldAsync(limits, used: 1270, reserved: 0);
        await keeper.KeepAsync(limits.OrgId, _cancel);
        (await limits.CheckAsync(CallOf(limits))).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Store_ThatCameBackOlder_IsRebuilt()
    {
        await using var limits = await OpenAsync();
        using var keeper = KeeperOf(limits);
        await CallAsync(limits, used: 100);
        await keeper.KeepAsync(limits.OrgId, _cancel);
        var older = await limits.DumpAsync();
        await CallAsync(limits, used: 30);
        await keeper.KeepAsync(limits.OrgId, _cancel);
        await limits.RestoreAsync(older);
        await Should.ThrowAsync<RedisServerException>(() => limits.CheckAsync(CallOf(limits)));
        await keeper.KeepAsync(limits.OrgId, _cancel);
        await ShouldHoldAsync(limits, used: 130, reserved: 0);
    }

    [Fact]
    public async Task Store_ThatForgotItsLastMoment_IsToldItAgain()
    {
        await using var limits = await OpenAsync();
        using var keeper = KeeperOf(limits);
        await CallAsync(limits, used: 100);
        await keeper.KeepAsync(limits.OrgId, _cancel);
        await CallAsync(limits, used: 30);
        var older = await limits.DumpAsync();
        await CallAsync(limits, used: 7);
        await limits.RestoreAsync(older);
        await ShouldHoldAsync(limits, used: 130, reserved: 0);

        await keeper.ReplayAllAsync(_cancel);
        await ShouldHoldAsync(limits, used: 137, reserved: 0);
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await EmbeddedRedis.StartAsync();
        _database = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await using var tables = _database.CreateCommand(
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services", "limits", "Migrations", "0004_checkpoints.sql"), _cancel));
        await tables.ExecuteNonQueryAsync(_cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    private async Task<OpenLimits> OpenAsync()
    {
        var limits = await OpenLimits.OpenAsync(_redis!.Address);
        limits.Rules.Replace(
        [
            limits.Budget("tokens", 1_000_000, "monthly"),
            limits.Budget("tokens", 1_000_000, "weekly", "role", "r1"),
            limits.Budget("tokens", 1_000_000, "daily", "api_key", "key", "strict"),
            limits.Rule("tokens", 1_000_000),
            limits.Rule("requests", 1_000_000),
        ]);
        return limits;
    }

    private CheckpointKeeper KeeperOf(OpenLimits limits) => limits.Keeper(_database!, audit.Wire);

    private static CheckRequest CallOf(OpenLimits limits)
    {
        var call = limits.Call(tokens: 200, bound: 500);
        call.RoleIds.Add("r1");
        return call;
    }

    /// <summary>A call from its check to its row.</summary>
    private async Task CallAsync(OpenLimits limits, long used)
    {
        var call = CallOf(limits);
        (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
        (await limits.SettleAsync(call, used)).ShouldBeTrue();
        var now = DateTimeOffset.UtcNow;
        var row = new GatewayCall
        {
            Id = call.RequestId,
            OrgId = call.OrgId,
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            UserId = call.UserId,
            KeyLineageId = call.KeyLineageId,
            Model = call.ModelId,
            RoleIds = { call.RoleIds },
            Outcome = Outcome.Ok,
            UsageSource = "upstream",
            WeightedTokens = used,
            Settled = true,
        };
        var sequence = Interlocked.Increment(ref s_sequence);
        var frame = new Frame { ProducerId = "spender", Kind = RecordKind.Gateway, FirstSequence = sequence, LastSequence = sequence, Partition = $"{now:yyyy-MM-dd}", Records = { row.ToByteString() } };
        using var ship = audit.Wire.Ship(deadline: DateTime.UtcNow.AddSeconds(30));
        await ship.RequestStream.WriteAsync(frame, _cancel);
        await ship.RequestStream.CompleteAsync();
        (await ship.ResponseStream.MoveNext(_cancel)).ShouldBeTrue();
        ship.ResponseStream.Current.Accepted.ShouldBeTrue();
    }

    /// <param name="reserved">What a strict budget holds of the calls under way; a soft rule holds their estimate.</param>
    private static async Task ShouldHoldAsync(OpenLimits limits, long used, long reserved)
    {
        (await limits.SumAsync(Monthly)).ShouldBe(used);
        (await limits.SumAsync(OfRole)).ShouldBe(used);
        (await limits.SumAsync(Strict)).ShouldBe(used + reserved);
        (await limits.SumAsync(Hourly)).ShouldBe(used + (reserved > 0 ? 200 : 0));
    }
}
