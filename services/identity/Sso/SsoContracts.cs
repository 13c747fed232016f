using System.Text.Json.Serialization;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

/// <summary>What the members of a group get: a role (everywhere, or in the team) or a place in the team; team_id null: no team.</summary>
internal sealed record SsoMapping(string? Group, string? Role, Guid? TeamId);

/// <summary>
/// The whole connection. client_secret absent: as it is; null: none. default_role null: people who come for the first time get no role beyond those of
/// their groups.
/// </summary>
internal sealed record PutSso
{
    public string? Preset { get; init; }

    public string? Label { get; init; }

    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    public Optional<string?> ClientSecret { get; init; }

    /// <summary>Where people reach the console, as their browsers spell it: the redirect address is made of it.</summary>
    public string? ConsoleUrl { get; init; }

    public bool? AllowPrivateNetwork { get; init; }

    public string[]? Scopes { get; init; }

    public string? NameClaim { get; init; }

    public string? GroupsClaim { get; init; }

    public string[]? EmailDomains { get; init; }

    public bool? CreateUsers { get; init; }

    public string? DefaultRole { get; init; }

    public SsoMapping[]? Mappings { get; init; }

    public override string ToString() => Issuer ?? "";
}

/// <summary>What came of a test sign-in. error: as on the login page.</summary>
internal sealed record SsoTestResult(DateTimeOffset At, bool Ok, string? Error, string? Subject, string? Email, string? Name, IReadOnlyList<string> Groups);

internal sealed record SsoView
{
    public required Guid Id { get; init; }

    public required string Preset { get; init; }

    public required string Label { get; init; }

    /// <summary>draft | active.</summary>
    public required string Status { get; init; }

    public required string Issuer { get; init; }

    public required string ClientId { get; init; }

    public required bool HasClientSecret { get; init; }

    public required string ConsoleUrl { get; init; }

    /// <summary>To be registered with the provider.</summary>
    public required string RedirectUri { get; init; }

    public required bool AllowPrivateNetwork { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string NameClaim { get; init; }

    public required string GroupsClaim { get; init; }

    public required IReadOnlyList<string> EmailDomains { get; init; }

    public required bool CreateUsers { get; init; }

    public required string? DefaultRole { get; init; }

    public required IReadOnlyList<SsoMapping> Mappings { get; init; }

    /// <summary>When a test sign-in went well with what is set now; null: not yet.</summary>
    public required DateTimeOffset? TestedAt { get; init; }

    public required SsoTestResult? LastTest { get; init; }

    /// <summary>People who have signed in this way.</summary>
    public required long UserCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public long Version { get; init; }
}

internal sealed record SsoPreset(string Id, string Name, string IssuerExample, IReadOnlyList<string> Scopes, string NameClaim, string GroupsClaim);

/// <summary>connection null: nothing is set up.</summary>
internal sealed record SsoOverview(SsoView? Connection, IReadOnlyList<SsoPreset> Presets);

internal sealed record DiscoverIssuer(string? Issuer, bool? AllowPrivateNetwork);

internal sealed record DiscoveredIssuer(
    string Issuer, string AuthorizationEndpoint, string TokenEndpoint, string JwksUri, string? UserinfoEndpoint, string? EndSessionEndpoint,
    IReadOnlyList<string> ScopesSupported, IReadOnlyList<string> ClaimsSupported);

/// <summary>To be opened in the browser that asked.</summary>
internal sealed record SsoTestStart(string AuthorizationUrl);

/// <summary>What the login page shows. connection: to be sent along with start; null when there is nothing to start.</summary>
internal sealed record SsoOffer(bool Active, string? Label, Guid? Connection);

/// <summary>An account that waits to be linked to who just signed in at the provider.</summary>
internal sealed record SsoLinkOffer(string Email, string Label, string Redirect);

/// <summary>The password of the local account, and a code if it has a second factor.</summary>
internal sealed record LinkSso(string? Password, string? TotpCode, string? RecoveryCode)
{
    public override string ToString() => "";
}
