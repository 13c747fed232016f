using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using ThinkWatch.Tests;

namespace ThinkWatch.StandIns.Tests.AspireComponents;

public sealed class RedisComponentTests
{
    [Fact]
    public async Task Client_ServerComesLaterAndRestarts_ConnectsByItself()
    {
        var port = FreePort.Take();
        using var host = ComponentHost.Build(
            new() { ["ConnectionStrings:redis"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},connectTimeout=500") },
            builder => builder.AddRedisClient("redis"));
        (await host.CheckAsync("StackExchange.Redis")).Status.ShouldBe(HealthStatus.Unhealthy);

        var connection = host.Services.GetRequiredService<IConnectionMultiplexer>();
        connection.PreserveAsyncOrder.ShouldBeFalse();
        for (var start = 0; start < 2; start++)
        {
            using var garnet = StartGarnet(port);
            try
            {
                (await host.WaitForHealthAsync("StackExchange.Redis")).ShouldBe(HealthStatus.Healthy);
                await connection.GetDatabase().StringSetAsync("key", start);
                ((int)await connection.GetDatabase().StringGetAsync("key")).ShouldBe(start);
            }
            finally
            {
                garnet.Kill(entireProcessTree: true);
                await garnet.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public void Client_WithoutConnectionString_SaysWhichIsMissing()
    {
        using var host = ComponentHost.Build([], builder => builder.AddRedisClient("redis"));

        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>())
            .Message.ShouldContain("ConnectionStrings:redis");
    }

    private static Process StartGarnet(int port)
    {
        var root = typeof(RedisComponentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "RepoRoot").Value!;
        using (var restore = Process.Start(new ProcessStartInfo("dotnet", ["tool", "restore"]) { WorkingDirectory = root, UseShellExecute = false, RedirectStandardOutput = true })!)
        {
            restore.StandardOutput.ReadToEnd();
            restore.WaitForExit(TimeSpan.FromMinutes(2)).ShouldBeTrue();
        }

        string[] arguments = ["garnet-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--memory", "64m", "--page", "4m", "--index", "1m"];
        return Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, UseShellExecute = false, RedirectStandardOutput = true })!;
    }
}
