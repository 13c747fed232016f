namespace ThinkWatch.Identity.Sso;

/// <summary>A row of sso_connections, the client secret still sealed. Immutable.</summary>
internal sealed record SsoConnection
{
    public Guid Id { get; init; }

    public Guid OrgId { get; init; }

    public string Preset { get; init; } = "";

    public string Label { get; init; } = "";

    public string Issuer { get; init; } = "";

    public string ClientId { get; init; } = "";

    public string? ClientSecret { get; init; }

    public string ConsoleUrl { get; init; } = "";

    public bool AllowPrivateNetwork { get; init; }

    public string[] Scopes { get; init; } = [];

    public string NameClaim { get; init; } = "";

    public string GroupsClaim { get; init; } = "";

    public string[] EmailDomains { get; init; } = [];

    public bool CreateUsers { get; init; }

    public Guid? DefaultRoleId { get; init; }

    public bool Active { get; init; }

    public DateTimeOffset? TestedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public long Version { get; init; }

    public bool OrgDisabled { get; init; }

    public string RedirectUri => $"{ConsoleUrl}/api/auth/sso/callback";

    /// <summary>The cell that the secret is sealed for.</summary>
    public static string SecretCell(Guid id) => $"identity.sso_connections/client_secret/{id}";

    public override string ToString() => Id.ToString();
}

/// <summary>A mapping with its role and team resolved.</summary>
internal sealed record SsoGrant(string GroupName, Guid? RoleId, string? Role, string? Policy, Guid? TeamId);
