using ThinkWatch.Contracts.Limits;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>What must hold when many ask at once, of two replicas on one store.</summary>
public sealed class ConcurrencyTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Rule_OfHundredRequests_64CallersOnTwoReplicas_ExactlyHundredPass()
    {
        await using var replicas = await Replicas.OpenAsync(await stores.RedisAsync(), static limits => [limits.Rule("requests", 100)]);
        var passed = await Task.WhenAll(Enumerable.Range(0, 64).Select(async caller =>
        {
            var mine = 0;
            for (var call = 0; call < 5; call++) mine += (await replicas[caller].CheckAsync(replicas[caller].Call())).Allowed ? 1 : 0;
            return mine;
        }));
        passed.Sum().ShouldBe(100);
    }

    [Theory]
    [InlineData("tokens")]
    [InlineData("usd")]
    public async Task StrictBudget_200CallsOfRandomSizeOnTwoReplicas_NeverPassesItsCap(string unit)
    {
        const long cap = 20_000;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var replicas = await Replicas.OpenAsync(await stores.RedisAsync(), limits => [limits.Budget(unit, cap, mode: "strict")]);
        var counter = $"user:ada:budget:daily:{unit}";
        using var over = new CancellationTokenSource();
        var highest = WatchAsync(replicas[0], counter, over.Token);
        var spent = await Task.WhenAll(Enumerable.Range(0, 200).Select(async caller =>
        {
            var random = new Random(seed + caller);
            var used = 0L;
            for (var i = 0; i < 5; i++)
            {
                var bound = random.Next(1, 1500);
                var call = replicas[caller].Call(tokens: bound / 3, bound: bound);
                if (!(await replicas[caller].CheckAsync(call)).Allowed) continue;
                await Task.Delay(random.Next(0, 3), TestContext.Current.CancellationToken);
                var actual = random.Next(0, bound + 1);

                // Another replica than the one that checked, and twice.
                await replicas[caller + 1].SettleAsync(call, actual);
                await replicas[caller].SettleAsync(call, actual);
                used += actual;
            }

            return used;
        }));
        await over.CancelAsync();
        (await highest).ShouldBeLessThanOrEqualTo(cap);
        (await replicas[0].SumAsync(counter)).ShouldBe(spent.Sum());
        spent.Sum().ShouldBeInRange(1, cap, $"seed {seed}");
    }

    [Fact]
    public async Task Cap_OfARoute_ManyCallersOnTwoReplicas_IsSharedExactly()
    {
        await using var replicas = await Replicas.OpenAsync(await stores.RedisAsync(), static _ => []);
        Candidate[] routes = [new() { ProviderId = "p", RouteId = "r1", RpmCap = 70 }, new() { ProviderId = "p", RouteId = "r2", RpmCap = 50 }];
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(caller => replicas[caller].CheckAsync(replicas[caller].Call(candidates: routes))));
        replies.Count(static r => r is { Allowed: true, Candidate: 0 }).ShouldBe(70);
        replies.Count(static r => r is { Allowed: true, Candidate: 1 }).ShouldBe(50);
        replies.Count(static r => !r.Allowed).ShouldBe(80);
    }

    private static async Task<long> WatchAsync(OpenLimits limits, string counter, CancellationToken until)
    {
        var highest = 0L;
        while (!until.IsCancellationRequested) highest = Math.Max(highest, await limits.SumAsync(counter));
        return highest;
    }

    private sealed class Replicas(OpenLimits[] both) : IAsyncDisposable
    {
        public OpenLimits this[int caller] => both[caller % both.Length];

        public static async Task<Replicas> OpenAsync(string redis, Func<OpenLimits, IEnumerable<ThinkWatch.Limits.Rules.ILimit>> limits)
        {
            var org = Guid.NewGuid();
            var both = new[] { await OpenLimits.OpenAsync(redis, org), await OpenLimits.OpenAsync(redis, org) };
            foreach (var replica in both) replica.Rules.Replace(limits(replica));
            return new Replicas(both);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var replica in both) await replica.DisposeAsync();
        }
    }
}
