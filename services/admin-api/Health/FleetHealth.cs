namespace ThinkWatch.AdminApi.Health;

/// <summary>The state of everything, as the console shows it.</summary>
/// <param name="Status">ok | degraded | down.</param>
internal sealed record FleetHealth(
    string Status, IReadOnlyDictionary<string, ServiceHealth> Services, IReadOnlyDictionary<string, StoreHealth> Stores, IReadOnlyList<ControlHealth> Controls);

/// <param name="Status">ok | not_ready | down.</param>
/// <param name="LatencyMs">Of the answer to the question whether it is ready.</param>
/// <param name="Version">Null when it did not answer.</param>
/// <param name="Replicas">How many were asked.</param>
/// <param name="Detail">What it waits for.</param>
/// <param name="Instances">Each replica, in the order of the configuration. The service is as its worst.</param>
internal sealed record ServiceHealth(string Status, double? LatencyMs, string? Version, int Replicas, string? Detail, IReadOnlyList<InstanceHealth> Instances);

/// <summary>One replica of a service.</summary>
internal sealed record InstanceHealth(string Address, string Status, double? LatencyMs, string? Version, string? Detail);

/// <param name="Status">ok | down | not_configured.</param>
internal sealed record StoreHealth(string Status, double? LatencyMs, string? Version, string? Detail);

/// <param name="FailureMode">open: calls go on while it cannot be evaluated; closed: they are refused.</param>
/// <param name="State">in_force | not_evaluated.</param>
internal sealed record ControlHealth(string Name, string FailureMode, string State);
