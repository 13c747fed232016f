using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ThinkWatch.Tests;

namespace ThinkWatch.StandIns.Tests.AspireHosting;

public sealed class RunModeTests
{
    [Fact]
    public async Task WaitFor_DependencyNotHealthyYet_StartsAfterItIs()
    {
        await using var app = new TestApplication();
        var healthy = false;
        app.Builder.Services.AddHealthChecks().AddCheck("gate", () => Volatile.Read(ref healthy) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var store = app.AddScript("store", "echo store >> order; sleep 1000").WithHealthCheck("gate");
        app.AddScript("service", "echo service >> order; sleep 1000").WaitFor(store);

        await app.StartAsync();
        await app.Notifications.WaitForResourceAsync("store", e => e.Snapshot.State?.Text == KnownResourceStates.Running);
        (await app.LinesAsync("order", 1)).ShouldBe(["store"]);
        var waiting = await app.Notifications.WaitForResourceAsync("service", _ => true);
        waiting.Snapshot.State!.Text.ShouldBe(KnownResourceStates.Waiting);

        Volatile.Write(ref healthy, true);
        (await app.LinesAsync("order", 2)).ShouldBe(["store", "service"]);
    }

    [Fact]
    public async Task WaitForCompletion_TaskSucceeds_StartsAfterItAndRunsItOnce()
    {
        await using var app = new TestApplication();
        var task = app.AddScript("build", "echo build >> order");
        app.AddScript("service", "echo service >> order; sleep 1000").WaitForCompletion(task);

        await app.StartAsync();
        (await app.LinesAsync("order", 2)).ShouldBe(["build", "service"]);
        await app.Notifications.WaitForResourceAsync("build", e => e.Snapshot.State?.Text == KnownResourceStates.Finished).WaitAsync(TestApplication.Patience);
    }

    [Fact]
    public async Task WaitForCompletion_TaskFails_FailsToStart()
    {
        await using var app = new TestApplication();
        var task = app.AddScript("build", "exit 3");
        app.AddScript("service", "echo service >> order; sleep 1000").WaitForCompletion(task);

        await app.StartAsync();
        await app.Notifications.WaitForResourceAsync("service", e => e.Snapshot.State?.Text == KnownResourceStates.FailedToStart).WaitAsync(TestApplication.Patience);
        File.Exists(app.Path("order")).ShouldBeFalse();
    }

    [Fact]
    public async Task Crash_Again_StartsAgainOnTheSamePort()
    {
        await using var app = new TestApplication();
        app.AddScript("flaky", "echo \"$$ $HTTP_PORT\" >> starts; exit 7").WithHttpEndpoint(name: "http", env: "HTTP_PORT");

        await app.StartAsync();
        var starts = (await app.LinesAsync("starts", 3)).Select(l => l.Split(' ')).ToList();
        starts.Select(s => s[0]).Distinct().Count().ShouldBe(starts.Count, "every start is a new process");
        starts.Select(s => s[1]).Distinct().Count().ShouldBe(1, "the port stays");
        var ended = await app.Notifications.WaitForResourceAsync("flaky", e => e.Snapshot.ExitCode is not null);
        ended.Snapshot.ExitCode.ShouldBe(7);
    }

    [Fact]
    public void Backoff_Crashes_DoublesToTenSecondsAndStartsOverAfterALongLife()
    {
        var backoff = new Backoff();
        var delays = Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.FromSeconds(1)).TotalMilliseconds);
        delays.ShouldBe([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        backoff.After(TimeSpan.FromSeconds(30)).TotalMilliseconds.ShouldBe(250);
    }

    [Fact]
    public async Task HealthCheck_OfHttpEndpoint_FollowsItsAnswers()
    {
        using var server = new HttpListener();
        var port = FreePort.Take();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var status = 503;
        _ = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                var context = await server.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/health/live" ? Volatile.Read(ref status) : 404;
                context.Response.Close();
            }
        });
        var probe = new HealthProbe(new ServiceCollection().AddLogging().AddHealthChecks().Services.BuildServiceProvider().GetRequiredService<HealthCheckService>());
        var builder = DistributedApplication.CreateBuilder([]);
        var resource = builder.AddExecutable("web", "true", "/").WithHttpEndpoint(name: "http").WithHttpHealthCheck("/health/live").Resource;
        resource.Annotations.OfType<EndpointAnnotation>().Single().Allocate([port]);

        var seen = new List<HealthStatus>();
        using var stop = new CancellationTokenSource();
        var watch = probe.WatchAsync(resource, 0, seen.Add, stop.Token);
        await Task.Delay(400);
        seen.ShouldBeEmpty("an unhealthy start is no news");
        Volatile.Write(ref status, 200);
        await UntilAsync(() => seen.Count == 1);
        Volatile.Write(ref status, 500);
        await UntilAsync(() => seen.Count == 2);
        await stop.CancelAsync();
        await watch;
        seen.ShouldBe([HealthStatus.Healthy, HealthStatus.Unhealthy]);
    }

    [Fact]
    public async Task Stop_ProcessTree_EndsAllOfItInTheReverseOfUse()
    {
        await using var app = new TestApplication();
        const string Script = "trap 'echo {0} >> stops; exit 0' TERM; sleep 1000 & echo $! > {0}.child; while true; do wait; done";
        var store = app.AddScript("store", Script.Replace("{0}", "store"));
        var service = app.AddScript("service", Script.Replace("{0}", "service")).WaitFor(store);
        app.AddScript("edge", Script.Replace("{0}", "edge")).WaitFor(service);

        await app.StartAsync();
        var children = new List<int>();
        foreach (var name in (string[])["store", "service", "edge"])
            children.Add(await TestApplication.PidAsync(app.Path($"{name}.child")));
        await app.StopAsync();

        (await app.LinesAsync("stops", 3)).ShouldBe(["edge", "service", "store"]);
        children.ShouldAllBe(pid => !TestApplication.Lives(pid));
    }

    [Fact]
    public async Task Stop_DeafProcess_IsKilledWhenPatienceEnds()
    {
        await using var app = new TestApplication();
        app.AddScript("deaf", "trap '' TERM INT; echo $$ > pid; while true; do sleep 1; done");
        await app.StartAsync();
        var pid = await TestApplication.PidAsync(app.Path("pid"));

        await app.StopAsync(new CancellationToken(canceled: true));

        TestApplication.Lives(pid).ShouldBeFalse();
    }

    [Fact]
    public async Task Stop_WhileAProcessIsJustStarting_EndsIt()
    {
        for (var i = 0; i < 10; i++)
        {
            await using var app = new TestApplication();
            app.AddScript("deaf", "trap '' TERM INT; while true; do sleep 1; done");
            await app.StartAsync();
            await Task.Delay(i);

            await app.StopAsync(new CancellationToken(canceled: true));
        }
    }

    [Fact]
    public async Task Start_FixedPortTaken_SaysWhich()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var app = new TestApplication();
        app.AddScript("service", "sleep 1000").WithHttpEndpoint(port: port, name: "http");

        var refused = await Should.ThrowAsync<DistributedApplicationException>(app.StartAsync);
        refused.Message.ShouldContain($"{port}");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TestApplication.Patience);
        while (!condition())
            await Task.Delay(20, patience.Token);
    }
}
