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
}

/// <summary>How long the old secret still works; absent: the setting.</summary>
internal sealed record RotateKey(int? GracePeriodSecs);

/// <summary>Narrows a short-lived key; absent: everything that the caller has.</summary>
internal sealed record CreateEphemeralKey(string[]? Surfaces);
