using ThinkWatch.Fleet;

namespace ThinkWatch.Load;

/// <summary>The fleet under load, its administrator, and the processes whose cost is counted.</summary>
internal sealed class Ground(FleetProcess fleet, Administrator admin)
{
    private static readonly string[] FleetProcesses =
        ["edge", "ai-gateway", "limits", "redis", "identity", "admin-api", "audit-ingest", "clickhouse", "body-offload", "mcp-gateway", "postgres"];

    public Administrator Admin => admin;

    public Uri SimulatorAddress => fleet.AddressOf("provider-simulator", "http");

    public Uri GatewayAddress => fleet.AddressOf("ai-gateway", "http");

    public IReadOnlyList<int> GatewayProcesses => fleet.ProcessesOf("ai-gateway");

    public IReadOnlyDictionary<string, IReadOnlyList<int>> Simulator =>
        new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["simulator"] = fleet.ProcessesOf("provider-simulator") };

    public IReadOnlyDictionary<string, IReadOnlyList<int>> Fleet =>
        FleetProcesses.Where(p => fleet.ProcessesOf(p).Count > 0).ToDictionary(static p => p, fleet.ProcessesOf, StringComparer.Ordinal);
}
