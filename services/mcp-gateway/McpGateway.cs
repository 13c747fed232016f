using ThinkWatch.McpGateway.Access;
using ThinkWatch.McpGateway.Methods;
using ThinkWatch.McpGateway.Protocol;
using ThinkWatch.Pipeline;
using ThinkWatch.Settings;

namespace ThinkWatch.McpGateway;

/// <summary>The MCP data plane: one authenticated endpoint, <c>/mcp</c>, over Streamable HTTP.</summary>
internal static class McpGateway
{
    public static void AddMcpGateway(this WebApplicationBuilder builder)
    {
        builder.AddVault();
        builder.AddSettings();
        builder.AddPipeline();
        builder.Services.AddSingleton(static services =>
        {
            var settings = services.GetRequiredService<ISettings>();
            return new PipelinePolicy
            {
                StaleMax = () => TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Auth.StaleMaxSecs)),
                LimitsTimeout = () => TimeSpan.FromMilliseconds(settings.Get(SettingsRegistry.Limits.TimeoutMs)),
                LimitsFailClosed = () => settings.Get(SettingsRegistry.Security.RateLimitFailClosed),
            };
        });
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<MethodTable>();
        builder.Services.AddSingleton<McpEndpoint>();
        // The endpoint's own limit decides and answers in JSON-RPC.
        builder.WebHost.ConfigureKestrel(static o => o.Limits.MaxRequestBodySize = null);
    }

    public static void MapMcp(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<McpEndpoint>();
        app.MapPost("/mcp", (RequestDelegate)endpoint.PostAsync);
        // Without sessions there is no stream to open and none to end (Streamable HTTP: 405 where a server offers none).
        app.MapMethods("/mcp", ["GET", "DELETE"], (RequestDelegate)endpoint.NoSessionAsync);
    }
}
