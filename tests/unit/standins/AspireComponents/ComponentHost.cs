using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.StandIns.Tests.AspireComponents;

/// <summary>A host of components, its configuration given, and what its tests ask of it.</summary>
internal static class ComponentHost
{
    public static IHost Build(Dictionary<string, string?> configuration, Action<IHostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Services.AddLogging();
        configure(builder);
        return builder.Build();
    }

    public static async Task<HealthReportEntry> CheckAsync(this IHost host, string name)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries[name];
    }

    public static async Task<HealthStatus> WaitForHealthAsync(this IHost host, string name)
    {
        var status = HealthStatus.Unhealthy;
        for (var i = 0; i < 200 && status != HealthStatus.Healthy; i++)
        {
            status = (await host.CheckAsync(name)).Status;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return status;
    }
}
