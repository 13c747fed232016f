using System.Text.Json.Serialization;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal sealed record UserView
{
    public Guid Id { get; init; }

    public string Email { get; init; } = "";

    public string DisplayName { get; init; } = "";

    /// <summary>person | service_account.</summary>
    public string Kind { get; init; } = "";

    /// <summary>active | disabled.</summary>
    public string Status { get; init; } = "";

    public bool PlatformAdmin { get; init; }

    public string[] Roles { get; init; } = [];

    public DateTimeOffset? LastLoginAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

/// <summary>roles absent: developer. A service account has no password.</summary>
internal sealed record CreateUser(string? Email, string? DisplayName, string? Password, string? Kind, string[]? Roles);

internal sealed record PatchUser
{
    public Optional<string?> DisplayName { get; init; }

    public Optional<string?> Status { get; init; }

    public Optional<string[]?> Roles { get; init; }
}
