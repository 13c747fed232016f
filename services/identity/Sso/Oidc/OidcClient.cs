using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Buffers.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>One of our sign-ins as the provider sees it. The verifier is a secret until it is spent.</summary>
internal sealed record OidcAttempt(string State, string Nonce, string Verifier)
{
    public static OidcAttempt New() => new(Random(), Random(), Random());

    public override string ToString() => "";

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}

/// <summary>Authorization code with PKCE (RFC 7636, S256 only), the code's exchange and the claims that come of it.</summary>
internal sealed class OidcClient(OidcHttp http, OidcDirectory directory, OidcTokens tokens, Vault vault)
{
    private const int LongestToken = 64 * 1024;

    /// <summary>Where the browser is sent.</summary>
    public async Task<string> AuthorizationUrlAsync(SsoConnection connection, OidcAttempt attempt, CancellationToken cancellationToken)
    {
        var metadata = await directory.DescribeAsync(connection.Issuer, connection.AllowPrivateNetwork, cancellationToken);
        return QueryHelpers.AddQueryString(metadata.AuthorizationEndpoint.AbsoluteUri, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = connection.ClientId,
            ["redirect_uri"] = connection.RedirectUri,
            ["scope"] = string.Join(' ', connection.Scopes),
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier))),
            ["code_challenge_method"] = "S256",
        });
    }

    /// <param name="namedIssuer">What the answer said of its issuer (RFC 9207), if anything.</param>
    /// <exception cref="SsoRefusedException">Whatever of it did not hold.</exception>
    public async Task<OidcIdentity> RedeemAsync(SsoConnection connection, OidcAttempt attempt, string code, string? namedIssuer, CancellationToken cancellationToken)
    {
        var metadata = await directory.DescribeAsync(connection.Issuer, connection.AllowPrivateNetwork, cancellationToken);
        if (namedIssuer is null ? metadata.NamesIssuer : namedIssuer != metadata.Issuer)
            throw new SsoRefusedException(SsoError.Token, "the answer came from another issuer than was asked");
        var (idToken, accessToken) = await ExchangeAsync(connection, metadata, attempt, code, cancellationToken);
        var token = await tokens.ValidateAsync(idToken, metadata, connection.ClientId, attempt.Nonce, accessToken, connection.AllowPrivateNetwork, cancellationToken);
        var claims = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(token.EncodedPayload));
        var more = accessToken is not null && metadata.UserinfoEndpoint is { } address && OidcIdentity.LacksSomething(connection, claims)
            ? await UserinfoAsync(connection, address, accessToken, token.Subject, cancellationToken)
            : null;
        return OidcIdentity.From(connection, metadata.Issuer, token.Subject, idToken, claims, more);
    }

    private async Task<(string IdToken, string? AccessToken)> ExchangeAsync(
        SsoConnection connection, OidcMetadata metadata, OidcAttempt attempt, string code, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = connection.RedirectUri,
            ["code_verifier"] = attempt.Verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, metadata.TokenEndpoint);
        Authenticate(connection, metadata, request, form);
        request.Content = new FormUrlEncodedContent(form);
        var (status, body) = await http.SendAsync(request, connection.AllowPrivateNetwork, cancellationToken);
        if ((int)status >= 500)
            throw new SsoRefusedException(SsoError.Unavailable, $"the provider answered the exchange of the code with {(int)status}");
        if (status != HttpStatusCode.OK || body is not { } answer)
            throw new SsoRefusedException(SsoError.Exchange, $"the provider refused to exchange the code: {OAuthError.Known(Text(body, "error"))}");
        return Text(answer, "id_token") is { Length: > 0 and <= LongestToken } idToken
            ? (idToken, Text(answer, "access_token"))
            : throw new SsoRefusedException(SsoError.Token, "the provider sent no ID token");
    }

    // RFC 6749 §2.3.1: basic, with both parts form-encoded first, unless the provider says that it takes them in the form only.
    private void Authenticate(SsoConnection connection, OidcMetadata metadata, HttpRequestMessage request, Dictionary<string, string> form)
    {
        if (connection.ClientSecret is null)
        {
            form["client_id"] = connection.ClientId;
            return;
        }

        var secret = vault.OpenString(connection.ClientSecret, SsoConnection.SecretCell(connection.Id));
        if (metadata.TokenAuthMethods.Contains("client_secret_post") && !metadata.TokenAuthMethods.Contains("client_secret_basic"))
        {
            form["client_id"] = connection.ClientId;
            form["client_secret"] = secret;
            return;
        }

        var pair = $"{WebUtility.UrlEncode(connection.ClientId)}:{WebUtility.UrlEncode(secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
    }

    // Only what is of the same subject counts (OpenID Connect Core §5.3.2).
    private async Task<JsonElement?> UserinfoAsync(SsoConnection connection, Uri address, string accessToken, string subject, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var (status, body) = await http.SendAsync(request, connection.AllowPrivateNetwork, cancellationToken);
        if (status != HttpStatusCode.OK || body is not { } claims)
            return null;
        return Text(claims, "sub") == subject ? claims : throw new SsoRefusedException(SsoError.Token, "the provider told of another subject than the one that signed in");
    }

    private static string? Text(JsonElement? document, string name) =>
        document is { } found && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Error codes of OAuth and OpenID Connect that may be told; whatever else a provider writes there may not.</summary>
internal static class OAuthError
{
    private static readonly string[] All =
    [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied", "unsupported_response_type",
        "server_error", "temporarily_unavailable", "interaction_required", "login_required", "account_selection_required", "consent_required", "invalid_target",
    ];

    public static string Known(string? code) => All.Contains(code) ? code! : "an error that is not of the standard";
}
