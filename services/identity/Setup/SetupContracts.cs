namespace ThinkWatch.Identity.Setup;

internal sealed record FirstAdministrator(string? Email, string? DisplayName, string? Password)
{
    public override string ToString() => Email ?? "";
}

internal sealed record InitializeRequest(FirstAdministrator? Admin, string? SiteName);

internal sealed record InitializeReply(Guid AdminId, string AdminEmail, string ApiKey)
{
    public override string ToString() => AdminEmail;
}

/// <summary>One thing that the fleet needs. status: ok | failed.</summary>
internal sealed record DependencyCheck(string Name, string Status, string? Detail, long LatencyMs);

/// <summary>checks: until initialised only; afterwards it is nobody's business.</summary>
internal sealed record SetupStatus(bool Initialized, bool NeedsSetup, bool SimulatorAvailable, IReadOnlyList<DependencyCheck> Checks);
