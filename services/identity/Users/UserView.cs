using System.Text.Json.Serialization;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal record UserView
{
    public Guid Id { get; init; }

    public string Email { get; init; } = "";

    public string DisplayName { get; init; } = "";

    /// <summary>person | service_account.</summary>
    public string Kind { get; init; } = "";

    /// <summary>active | disabled | deleted (restorable for thirty days).</summary>
    public string Status { get; init; } = "";

    public bool PlatformAdmin { get; init; }

    /// <summary>Invited, and has not chosen a password yet.</summary>
    public bool Invited { get; init; }

    /// <summary>Signs in through the organisation's OpenID provider.</summary>
    public bool Sso { get; init; }

    /// <summary>Can sign in without the provider.</summary>
    public bool HasPassword { get; init; }

    public bool MustChangePassword { get; init; }

    public bool TotpEnabled { get; init; }

    /// <summary>Roles held everywhere; those in teams are under /roles.</summary>
    public string[] Roles { get; init; } = [];

    public Guid[] TeamIds { get; init; } = [];

    public DateTimeOffset? LastLoginAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

/// <summary>The answer to create. The token is in this answer only: whoever has it chooses the password.</summary>
internal sealed record CreatedUser : UserView
{
    public CreatedUser(UserView user, OneTimeToken? invitation) : base(user) =>
        (InviteToken, InviteExpiresAt) = (invitation?.Text, invitation?.ExpiresAt);

    public string? InviteToken { get; }

    public DateTimeOffset? InviteExpiresAt { get; }

    public override string ToString() => Id.ToString();
}

/// <summary>
/// roles absent: developer. A service account has no password, and an invited person none yet. Roles are held everywhere, or in the teams named when
/// the caller may create people in teams only.
/// </summary>
internal sealed record CreateUser(string? Email, string? DisplayName, string? Password, string? Kind, string[]? Roles, Guid[]? TeamIds, bool? Invite)
{
    public override string ToString() => Email ?? "";
}

internal sealed record PatchUser
{
    public Optional<string?> DisplayName { get; init; }

    public Optional<string?> Status { get; init; }

    public Optional<string[]?> Roles { get; init; }

    /// <summary>For platform administrators to give and take.</summary>
    public Optional<bool?> PlatformAdmin { get; init; }
}
