using System.Text.Json;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>What discovery tells of a provider (OpenID Connect Discovery 1.0 §3). Immutable.</summary>
internal sealed record OidcMetadata(string Issuer, Uri AuthorizationEndpoint, Uri TokenEndpoint, Uri JwksUri)
{
    public Uri? UserinfoEndpoint { get; init; }

    public Uri? EndSessionEndpoint { get; init; }

    public IReadOnlyList<string> TokenAuthMethods { get; init; } = [];

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public IReadOnlyList<string> Claims { get; init; } = [];

    /// <summary>RFC 9207: the authorization answer names its issuer.</summary>
    public bool NamesIssuer { get; init; }

    public static Uri AddressOf(string issuer) => new($"{issuer.TrimEnd('/')}/.well-known/openid-configuration");

    /// <exception cref="SsoRefusedException">It is not the document of this issuer, or names addresses that must not be called.</exception>
    public static OidcMetadata Read(JsonElement document, string asked, bool allowPrivateNetwork)
    {
        var issuer = Text(document, "issuer") ?? "";
        // The one difference that people cannot be asked to see; which of the two it is, the document decides.
        if (!string.Equals(issuer.TrimEnd('/'), asked.TrimEnd('/'), StringComparison.Ordinal))
            throw Refuse("the provider calls itself by another issuer than the one set up");
        return new OidcMetadata(issuer, Required(document, "authorization_endpoint", allowPrivateNetwork), Required(document, "token_endpoint", allowPrivateNetwork), Required(document, "jwks_uri", allowPrivateNetwork))
        {
            UserinfoEndpoint = Address(document, "userinfo_endpoint", allowPrivateNetwork),
            EndSessionEndpoint = Address(document, "end_session_endpoint", allowPrivateNetwork),
            TokenAuthMethods = Texts(document, "token_endpoint_auth_methods_supported"),
            Scopes = Texts(document, "scopes_supported"),
            Claims = Texts(document, "claims_supported"),
            NamesIssuer = document.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind == JsonValueKind.True,
        };
    }

    private static Uri Required(JsonElement document, string name, bool allowPrivateNetwork) =>
        Address(document, name, allowPrivateNetwork) ?? throw Refuse($"the provider's configuration has no usable {name}");

    // Clear text only where the connection may reach a private network; and nothing but the web, since browsers are sent there.
    private static Uri? Address(JsonElement document, string name, bool allowPrivateNetwork) =>
        Uri.TryCreate(Text(document, name), UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (allowPrivateNetwork && uri.Scheme == Uri.UriSchemeHttp))
            && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : null;

    private static string? Text(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!).Take(200)]
            : [];

    private static SsoRefusedException Refuse(string reason) => new(SsoError.Unavailable, reason);
}
