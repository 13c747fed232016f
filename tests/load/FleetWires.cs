using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ThinkWatch.Fleet;
using ThinkWatch.ServiceDefaults;
using IdentityClient = ThinkWatch.Contracts.Identity.Identity.IdentityClient;
using LimitsClient = ThinkWatch.Contracts.Limits.Limits.LimitsClient;

namespace ThinkWatch.Load;

/// <summary>The wires inside a fleet, as its gateways use them, and the addresses of its stores.</summary>
internal sealed class FleetWires : IAsyncDisposable
{
    private readonly WebApplication _caller;

    public FleetWires(FleetProcess fleet)
    {
        var secrets = File.ReadLines(Path.Combine(fleet.DataDirectory, "secrets.env"))
            .Select(static line => line.Split('=', 2)).Where(static parts => parts.Length == 2).ToDictionary(static p => p[0].Trim(), static p => p[1].Trim(), StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("INTERNAL_TOKEN", secrets["INTERNAL_TOKEN"]),
            new("services:limits:grpc:0", fleet.AddressOf("limits", "grpc").ToString()),
            new("services:identity:grpc:0", fleet.AddressOf("identity", "grpc").ToString()),
        ]);
        builder.AddServiceDefaults("load");
        builder.AddFleetClient<LimitsClient>("limits");
        builder.AddFleetClient<IdentityClient>("identity");
        _caller = builder.Build();
        Redis = fleet.AddressOf("redis", "tcp").Authority;
        var postgres = fleet.AddressOf("postgres", "tcp");
        Postgres = string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={postgres.Port};Username=postgres;Password={secrets["POSTGRES_PASSWORD"]};Database=thinkwatch");
    }

    public LimitsClient Limits => _caller.Services.GetRequiredService<LimitsClient>();

    public IdentityClient Identity => _caller.Services.GetRequiredService<IdentityClient>();

    public string Redis { get; }

    public string Postgres { get; }

    public ValueTask DisposeAsync() => _caller.DisposeAsync();
}
