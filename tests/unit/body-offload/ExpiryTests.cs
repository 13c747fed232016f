using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.BodyOffload.Objects;
using ThinkWatch.BodyOffload.Stores;

namespace ThinkWatch.BodyOffload.Tests;

/// <summary>Stored responses go when their time is over; nothing else does.</summary>
public sealed class ExpiryTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bodies-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Object_IsThereUntilItExpires()
    {
        var store = new DirectoryStore(_folder.FullName);
        var (gone, stays, never) = (Response("a", "response"), Response("b", "response"), Response("c", "response"));
        await PutAsync(store, gone, s_start.AddHours(1));
        await PutAsync(store, stays, s_start.AddHours(3));
        await PutAsync(store, never, null);
        var log = ObjectPath.Parse("bodies/gateway_logs/2026/03/01/org/call/request_body")!;
        await PutAsync(store, log, s_start.AddHours(1)); // not a response: not its to delete
        (await SweepAsync(store, s_start.AddMinutes(59))).ShouldBe(0);
        (await SweepAsync(store, s_start.AddHours(2))).ShouldBe(1);
        (await IsThereAsync(store, gone)).ShouldBeFalse();
        _folder.GetDirectories("a", SearchOption.AllDirectories).ShouldBeEmpty();
        foreach (var path in (ObjectPath[])[stays, never, log])
            (await IsThereAsync(store, path)).ShouldBeTrue();
        (await SweepAsync(store, s_start.AddYears(50))).ShouldBe(1);
        (await IsThereAsync(store, never)).ShouldBeTrue();
    }

    [Fact]
    public async Task Pass_LooksAtSoManyFiles_AndTheNextGoesOn()
    {
        var store = new DirectoryStore(_folder.FullName);
        for (var i = 0; i < 25; i++)
            await PutAsync(store, Response($"r{i}", "response"), s_start);
        var passes = new int[4];
        for (var i = 0; i < passes.Length; i++)
            passes[i] = await store.SweepAsync(s_start.AddSeconds(2), 10, TestContext.Current.CancellationToken);
        passes[..2].ShouldBe([10, 10]);
        passes.Sum().ShouldBe(25);
    }

    [Fact]
    public async Task Sweeper_WorksByItsClock()
    {
        var (store, clock) = (new DirectoryStore(_folder.FullName), new Clock(s_start));
        await PutAsync(store, Response("a", "item"), s_start.AddMinutes(7));
        using var sweeper = new ExpirySweeper(new BodyStores(store), clock, NullLogger<ExpirySweeper>.Instance);
        await sweeper.StartAsync(TestContext.Current.CancellationToken);
        await clock.HasTimer; // the service starts by itself
        clock.Advance(ExpirySweeper.Every);
        (await IsThereAsync(store, Response("a", "item"))).ShouldBeTrue();
        clock.Advance(ExpirySweeper.Every);
        var until = DateTime.UtcNow.AddSeconds(10);
        while (await IsThereAsync(store, Response("a", "item")) && DateTime.UtcNow < until)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        (await IsThereAsync(store, Response("a", "item"))).ShouldBeFalse();
        await sweeper.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Task<int> SweepAsync(DirectoryStore store, DateTimeOffset now) => store.SweepAsync(now, 100, CancellationToken.None);

    private static ObjectPath Response(string id, string kind) => ObjectPath.Parse($"bodies/responses/2026/03/01/org/{id}/{kind}")!;

    private static async Task PutAsync(DirectoryStore store, ObjectPath path, DateTimeOffset? expiresAt)
    {
        await using var writer = await store.CreateAsync(path, expiresAt, CancellationToken.None);
        await writer.WriteAsync("x"u8.ToArray(), CancellationToken.None);
        await writer.CommitAsync(CancellationToken.None);
    }

    private static async Task<bool> IsThereAsync(DirectoryStore store, ObjectPath path)
    {
        await using var stream = await store.OpenAsync(path, CancellationToken.None);
        return stream is not null;
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        private readonly List<Timer> _timers = [];
        private readonly TaskCompletionSource _hasTimer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private DateTimeOffset _now = now;

        public Task HasTimer => _hasTimer.Task;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by)
        {
            _now += by;
            foreach (var timer in _timers.ToArray())
                timer.Tick();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(() => callback(state));
            _timers.Add(timer);
            _hasTimer.TrySetResult();
            return timer;
        }

        private sealed class Timer(Action tick) : ITimer
        {
            public void Tick() => tick();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
