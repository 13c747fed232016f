namespace ThinkWatch.Identity.Sso;

/// <summary>What is particular to a provider; docs/sso.md tells how each is set up.</summary>
internal static class SsoPresets
{
    public const string EntraId = "entra_id";

    private static readonly string[] Usual = ["openid", "profile", "email"];

    public static IReadOnlyList<SsoPreset> All { get; } =
    [
        new("zitadel", "Zitadel", "https://example.zitadel.cloud", [.. Usual, "urn:zitadel:iam:org:project:roles"], "name", "urn:zitadel:iam:org:project:roles"),
        new("okta", "Okta", "https://example.okta.com", [.. Usual, "groups"], "name", "groups"),
        new(EntraId, "Entra ID", "https://login.microsoftonline.com/tenant-id/v2.0", Usual, "name", "groups"),
        new("google", "Google", "https://accounts.google.com", Usual, "name", ""),
        new("keycloak", "Keycloak", "https://keycloak.example.com/realms/main", Usual, "name", "groups"),
        new("auth0", "Auth0", "https://example.eu.auth0.com/", Usual, "name", "https://example.com/groups"),
        new("generic", "OpenID Connect", "https://id.example.com", Usual, "name", "groups"),
    ];
}
