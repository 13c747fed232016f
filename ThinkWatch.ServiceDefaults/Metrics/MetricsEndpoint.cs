using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ThinkWatch.ServiceDefaults.Metrics;

/// <summary>The bearer token that a metrics scraper shows (METRICS_BEARER_TOKEN); without one in the environment there are no metrics.</summary>
public sealed class MetricsToken(string? value)
{
    private readonly string? _header = string.IsNullOrEmpty(value) ? null : "Bearer " + value;

    /// <summary>False: <c>/metrics</c> answers 404 and nothing is recorded.</summary>
    public bool IsSet => _header is not null;

    /// <summary>The header that opens the metrics of the fleet's services.</summary>
    public string Header => _header ?? throw new InvalidOperationException("METRICS_BEARER_TOKEN is not set.");

    /// <summary>Compares in constant time.</summary>
    public bool Matches(string? header) =>
        _header is not null && header is not null
        && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(header.AsSpan()), MemoryMarshal.AsBytes(_header.AsSpan()));
}

internal static class MetricsEndpoint
{
    public static void AddMetricsEndpoint(this WebApplicationBuilder builder)
    {
        var token = new MetricsToken(builder.Configuration["METRICS_BEARER_TOKEN"]);
        builder.Services.AddSingleton(token);
        if (!token.IsSet) return;
        builder.Services.AddSingleton<MetricsCollector>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<MetricsCollector>());
    }

    public static void MapMetrics(this WebApplication app)
    {
        var token = app.Services.GetRequiredService<MetricsToken>();
        if (!token.IsSet) return;
        var collector = app.Services.GetRequiredService<MetricsCollector>();
        app.MapGet("/metrics", http => AnswerAsync(http, token, collector)).WithMetadata(new ServiceDefaultEndpoint());
    }

    private static Task AnswerAsync(HttpContext http, MetricsToken token, MetricsCollector collector)
    {
        if (!token.Matches(http.Request.Headers.Authorization))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        }

        http.Response.ContentType = OpenMetricsText.ContentType;
        return http.Response.WriteAsync(OpenMetricsText.Write(collector.Collect()), http.RequestAborted);
    }
}
