using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.ServiceDefaults;

/// <summary>
/// <c>/health/live</c> says that the process serves; <c>/health/ready</c> that its dependencies (health checks tagged <c>ready</c>) are
/// there. While one is not, the log says every five seconds which and why.
/// </summary>
internal static class Readiness
{
    public const string Tag = "ready";
    public const string VersionHeader = "x-service-version";

    /// <summary>Beside <see cref="Tag"/> on a check that waits for an administrator, not for a process: nagging would not help.</summary>
    public const string SetUpTag = "setup";

    public static void AddReadiness(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.AddHostedService<DependencyReporter>();
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", static () => Results.Text("""{"status":"ok"}""", "application/json")).WithMetadata(new ServiceDefaultEndpoint());
        app.MapGet("/health/ready", ReadyAsync).WithMetadata(new ServiceDefaultEndpoint());
    }

    private static async Task ReadyAsync(HttpContext http, HealthCheckService checks, ServiceIdentity identity)
    {
        var report = await checks.CheckHealthAsync(static c => c.Tags.Contains(Tag), http.RequestAborted);
        var ready = report.Status != HealthStatus.Unhealthy;
        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "application/json";
        http.Response.Headers[VersionHeader] = identity.Version;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", ready ? "ready" : "not_ready");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteString(name, entry.Status == HealthStatus.Healthy ? "ok" : entry.Description ?? "unavailable");
        }

        json.WriteEndObject();
    }
}

/// <summary>Marks an endpoint that the defaults map, so that tests that enumerate a service's own endpoints can tell it apart.</summary>
public sealed class ServiceDefaultEndpoint;

/// <summary>Says in the log, every five seconds, what a service that is not ready waits for; and once when it has it.</summary>
internal sealed partial class DependencyReporter(HealthCheckService checks, TimeProvider time, ILogger<DependencyReporter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var wasReady = true;
        do
        {
            var report = await checks.CheckHealthAsync(static c => c.Tags.Contains(Readiness.Tag) && !c.Tags.Contains(Readiness.SetUpTag), stoppingToken);
            var missing = report.Entries.Where(static e => e.Value.Status == HealthStatus.Unhealthy).ToList();
            foreach (var (name, entry) in missing) Waiting(name, entry.Description ?? entry.Exception?.GetType().Name ?? "unavailable");
            if (missing.Count == 0 && !wasReady) Ready();
            wasReady = missing.Count == 0;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(100, LogLevel.Warning, "Waiting for {Dependency}: {Reason}")]
    private partial void Waiting(string dependency, string reason);

    [LoggerMessage(101, LogLevel.Information, "All dependencies are there")]
    private partial void Ready();
}
