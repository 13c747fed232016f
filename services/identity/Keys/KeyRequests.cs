using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

/// <summary>expires_in_days absent: the setting's default; null or 0: never.</summary>
internal sealed record CreateKey
{
    public string? Name { get; init; }

    public string[]? Surfaces { get; init; }

    public string[]? AllowedModels { get; init; }

    public string[]? AllowedMcpTools { get; init; }

    public Optional<int?> ExpiresInDays { get; init; }

    public Guid? UserId { get; init; }

    public Guid? TeamId { get; init; }

    public string[]? Tags { get; init; }

    public string? CostCenter { get; init; }

    /// <summary>Addresses or networks; absent or empty: from anywhere.</summary>
    public string[]? IpAllowlist { get; init; }

    /// <summary>Absent: the setting; 0: never.</summary>
    public int? RotationPeriodDays { get; init; }

    /// <summary>Absent: the setting; 0: never.</summary>
    public int? InactivityTimeoutDays { get; init; }

    /// <summary>How long the old secret works after a rotation; absent: the setting.</summary>
    public int? GracePeriodHours { get; init; }

    /// <summary>Keeps the bodies of its calls out of the log.</summary>
    public bool? CaptureDisabled { get; init; }

    /// <summary>key | user | team | global; absent or empty: the setting.</summary>
    public string? CacheScope { get; init; }
}

internal sealed record PatchKey
{
    public Optional<string?> Name { get; init; }

    public Optional<string[]?> Surfaces { get; init; }

    public Optional<string[]?> AllowedModels { get; init; }

    public Optional<string[]?> AllowedMcpTools { get; init; }

    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    public Optional<int?> ExpiresInDays { get; init; }

    public Optional<string[]?> Tags { get; init; }

    public Optional<string?> CostCenter { get; init; }

    public Optional<string[]?> IpAllowlist { get; init; }

    public Optional<int?> RotationPeriodDays { get; init; }

    public Optional<int?> InactivityTimeoutDays { get; init; }

    public Optional<int?> GracePeriodHours { get; init; }

    public Optional<bool?> CaptureDisabled { get; init; }

    public Optional<string?> CacheScope { get; init; }
}

/// <summary>How long the old secret still works; absent: the setting.</summary>
internal sealed record RotateKey(int? GracePeriodSecs);

/// <summary>Narrows a short-lived key; absent: everything that the caller has.</summary>
internal sealed record CreateEphemeralKey(string[]? Surfaces);

internal sealed record ForceRevoke(string? Reason);
