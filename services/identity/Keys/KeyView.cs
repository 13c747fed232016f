using System.Text.Json.Serialization;

namespace ThinkWatch.Identity.Keys;

/// <summary>A key as the API shows it: everything but the secret. One `id`, nothing nested.</summary>
internal record KeyView
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    public string KeyPrefix { get; init; } = "";

    public Guid LineageId { get; init; }

    public Guid UserId { get; init; }

    public string UserEmail { get; init; } = "";

    public Guid? TeamId { get; init; }

    /// <summary>active | rotation_due | expired | disabled | revoked.</summary>
    public string Status { get; init; } = "";

    public string[] Surfaces { get; init; } = [];

    public string[]? AllowedModels { get; init; }

    public string[]? AllowedMcpTools { get; init; }

    public string CostCenter { get; init; } = "";

    public string[] Tags { get; init; } = [];

    public string[] IpAllowlist { get; init; } = [];

    public int? RotationPeriodDays { get; init; }

    public int? InactivityTimeoutDays { get; init; }

    public int? GracePeriodHours { get; init; }

    public bool CaptureDisabled { get; init; }

    public string CacheScope { get; init; } = "";

    public bool Ephemeral { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Since when it should have been rotated; it stops when the grace period ends.</summary>
    public DateTimeOffset? RotationDueAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>inactive | rotation_overdue.</summary>
    public string? DisabledReason { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public string? RevokedReason { get; init; }

    /// <summary>The key that rotation put in this one's place.</summary>
    public Guid? ReplacedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public byte[] KeySha256 { get; init; } = [];

    [JsonIgnore]
    public long Version { get; init; }
}

/// <summary>The answer to create and rotate: the only place where the secret is ever written.</summary>
internal sealed record IssuedKey : KeyView
{
    public IssuedKey(KeyView key, KeySecret secret) : base(key) => Key = secret.Text;

    public string Key { get; }

    // A record prints its properties; this one must not.
    public override string ToString() => $"{KeyPrefix}…";
}
