using System.Runtime.InteropServices;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The engine against <see cref="PlainModel"/>: random limits, calls and times, from milliseconds to months apart.</summary>
public sealed class PropertyTests(EmbeddedStores stores)
{
    private const int Steps = 250;
    private static readonly int[] s_windows = [60, 300, 3600, 18_000, 86_400, 604_800];
    private static readonly string[] s_zones = ["UTC", "Europe/Berlin", "America/Santiago", "Pacific/Auckland"];
    private static readonly string[] s_periods = ["daily", "weekly", "monthly"];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Engine_OnAnyHistory_DecidesAsThePlainModel(int run)
    {
        var seed = Random.Shared.Next(1_000_000) + run;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(random.GetItems(s_zones, 1)[0]);
        var time = new SetTime { Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(525_600)) };
        await using var limits = await OpenLimits.OpenAsync(await stores.RedisAsync(), lease: TimeSpan.FromDays(1), time: time, zone: zone);
        limits.Rules.Replace(Limits(limits, random));
        Candidate[] routes = [RouteOf("r1", random), RouteOf("r2", random), RouteOf("r3", random)];
        var model = new PlainModel(zone);
        var open = new List<(CheckRequest Request, ModelCall Call)>();
        var meters = new Dictionary<string, Meter>();
        for (var step = 0; step < Steps; step++)
        {
            time.Now += Jump(random);
            var where = $"seed {seed}, step {step}, {time.Now:O}, {zone.Id}";
            switch (random.Next(5))
            {
                case <= 2:
                    await CheckAsync();
                    break;
                case 3 when open.Count > 0:
                    await SettleAsync();
                    break;
                case 4 when open.Count > 0:
                    await MoveAsync();
                    break;
                default:
                    break;
            }

            Meter[] known = [.. meters.Values];
            var sums = await limits.Usage.ReadAsync(known, TestContext.Current.CancellationToken);
            for (var i = 0; i < known.Length; i++) sums[i].ShouldBe(model.Sum(known[i], Now()), $"{where}, {known[i].Counter}");

            async Task CheckAsync()
            {
                var bound = random.Next(1, 400);
                var request = limits.Call(bound / 2, random.Next(10) == 0 ? null : bound, random.GetItems(routes, random.Next(4)));
                var plan = limits.Planner.Plan(limits.OrgId, request);
                foreach (var share in plan.Common.Concat(plan.Candidates.SelectMany(static shares => shares))) meters[share.Meter.Counter] = share.Meter;
                var wanted = model.Check(Now(), plan.Common, plan.Candidates);
                var reply = await limits.CheckAsync(request);
                reply.Allowed.ShouldBe(wanted is not null, where);
                if (wanted is not { } taken) return;
                reply.Candidate.ShouldBe(taken.Candidate, where);
                if (plan.Reserves) open.Add((request, taken.Call));
            }

            // Several in one go, now and then one of them twice; then all of them once more.
            async Task SettleAsync()
            {
                var ended = random.GetItems(CollectionsMarshal.AsSpan(open), random.Next(1, 6)).ToArray();
                open.RemoveAll(o => ended.Contains(o));
                var told = Array.ConvertAll(ended, one => OpenLimits.Settlement(one.Request, random.Next(500)));
                var first = Enumerable.Range(0, ended.Length).Where(i => Array.IndexOf(ended, ended[i]) == i).ToArray();
                var applied = await limits.SettleAsync(told);
                applied.ShouldBe(Enumerable.Range(0, ended.Length).Select(i => first.Contains(i)), where);
                foreach (var i in first) PlainModel.Settle(ended[i].Call, told[i].Actual);
                (await limits.SettleAsync(told)).ShouldAllBe(static again => !again, where);
            }

            async Task MoveAsync()
            {
                var (request, call) = open[random.Next(open.Count)];
                var to = random.GetItems(routes, 1)[0];
                var shares = limits.Planner.SharesOf(limits.OrgId, to, request.Estimate, request.Bound);
                foreach (var share in shares) meters[share.Meter.Counter] = share.Meter;
                (await limits.MoveAsync(request, to)).Allowed.ShouldBe(model.Move(call, Now(), shares), where);
            }
        }

        long Now() => time.Now.ToUnixTimeMilliseconds();
    }

    private static List<ILimit> Limits(OpenLimits limits, Random random)
    {
        var found = new List<ILimit>();
        foreach (var (kind, id) in (ReadOnlySpan<(string, string)>)[("user", "ada"), ("api_key", "key"), ("model", "model"), ("provider", "p")])
        {
            if (random.Next(2) == 0)
                found.Add(limits.Rule("requests", random.Next(2, 40), random.GetItems(s_windows, 1)[0], kind, id));
            if (random.Next(2) == 0)
                found.Add(limits.Rule("tokens", random.Next(500, 4000), random.GetItems(s_windows, 1)[0], kind, id, random.Next(2) == 0 ? "soft" : "strict"));
            if (random.Next(2) == 0)
                found.Add(limits.Budget(random.Next(2) == 0 ? "usd" : "tokens", random.Next(500, 9000), random.GetItems(s_periods, 1)[0], kind, id, random.Next(2) == 0 ? "soft" : "strict"));
        }

        return found;
    }

    private static Candidate RouteOf(string id, Random random) =>
        new() { ProviderId = random.Next(2) == 0 ? "p" : "q", RouteId = id, RpmCap = random.Next(2) * random.Next(1, 8), TpmCap = random.Next(2) * random.Next(200, 1000) };

    private static TimeSpan Jump(Random random) => random.Next(10) switch
    {
        < 5 => TimeSpan.FromMilliseconds(random.Next(3000)),
        < 8 => TimeSpan.FromSeconds(random.Next(900)),
        < 9 => TimeSpan.FromMinutes(random.Next(3000)),
        _ => TimeSpan.FromDays(random.Next(20)),
    };
}
