using System.Net;
using ThinkWatch.Edge.Console;
using ThinkWatch.Edge.Forwarding;
using ThinkWatch.Edge.Health;
using ThinkWatch.Edge.Routing;
using ThinkWatch.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace ThinkWatch.Edge;

/// <summary>The two doors of the fleet: the gateway port for AI and MCP clients, the console port for people and the management API.</summary>
internal static class Edge
{
    public static void AddEdge(this WebApplicationBuilder builder)
    {
        var ports = EdgePorts.Read(builder.Configuration);
        builder.Services.AddSingleton(ports);
        builder.Services.AddHttpForwarder();

        // YARP logs whole URLs, and a client may have put its key there; FleetForwarder says what failed.
        builder.Logging.AddFilter("Yarp", LogLevel.None);
        builder.Services.AddSingleton<RouteTable>();
        builder.Services.AddSingleton<Replicas>();
        builder.Services.AddHostedService<ReplicaWatch>();
        builder.Services.AddSingleton<FleetForwarder>();
        builder.Services.AddSingleton<FleetHealth>();
        builder.Services.AddSingleton<FleetMetrics>();
        builder.Services.AddSingleton<StaticConsole>();
        builder.Services.AddResponseCompression(o => o.EnableForHttps = true);
        builder.WebHost.ConfigureKestrel(o =>
        {
            // The service behind the route knows how large a body may be and refuses in its own protocol.
            o.Limits.MaxRequestBodySize = null;
            o.Listen(ports.Address, ports.Gateway);
            o.Listen(ports.Address, ports.Console);
        });
    }

    public static void UseEdge(this WebApplication app)
    {
        var ports = app.Services.GetRequiredService<EdgePorts>();
        var routes = app.Services.GetRequiredService<RouteTable>();
        var forwarder = app.Services.GetRequiredService<FleetForwarder>();
        var health = app.Services.GetRequiredService<FleetHealth>();
        var metrics = app.Services.GetRequiredService<FleetMetrics>();
        app.UseWhen(http => http.Connection.LocalPort == ports.Console && !routes.Serves(Door.Console, http.Request.Path), static console =>
        {
            console.UseResponseCompression();
            console.ApplicationServices.GetRequiredService<StaticConsole>().Use(console);
        });
        app.Run(http =>
        {
            var door = http.Connection.LocalPort == ports.Gateway ? Door.Gateway : Door.Console;
            return FleetHealth.Serves(http.Request.Path) ? health.AnswerAsync(http)
                : door == Door.Gateway && metrics.Serves(http.Request.Path) ? metrics.AnswerAsync(http)
                : routes.Find(door, http.Request.Path) is { } route ? forwarder.ForwardAsync(http, route)
                : Refusals.NotFoundAsync(http, door);
        });
    }
}

/// <summary>Where edge listens: GATEWAY_PORT, CONSOLE_PORT and BIND_ADDRESS.</summary>
internal sealed record EdgePorts(IPAddress Address, int Gateway, int Console)
{
    public static EdgePorts Read(IConfiguration configuration) => new(
        IPAddress.TryParse(configuration["BIND_ADDRESS"], out var address) ? address : IPAddress.Loopback,
        configuration.GetValue("GATEWAY_PORT", 3000),
        configuration.GetValue("CONSOLE_PORT", 3001));
}
