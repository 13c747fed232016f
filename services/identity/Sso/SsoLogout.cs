using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Sso.Oidc;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// Sessions that came of a provider, and how they end there too (OpenID Connect RP-Initiated Logout 1.0). The ID token that names the session to the
/// provider is kept sealed with our session; no script and no address of ours ever holds it.
/// </summary>
internal sealed class SsoLogout(NpgsqlDataSource database, SessionCookieWriter cookies, SessionStore sessions, OidcDirectory directory, SsoTickets tickets, Vault vault)
{
    private const string Kind = "logout";
    private const string Login = "/login";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public Task OpenAsync(HttpContext http, SsoConnection connection, Guid user, string idToken) =>
        cookies.OpenAsync(http, user, connection.OrgId, vault.Seal(JsonSerializer.Serialize(new Origin(connection.Id, idToken)), Cell(user)));

    /// <summary>Where a browser goes that has just signed out here; null when the session did not come of a provider. Call it before the session is ended.</summary>
    public async Task<string?> PrepareAsync(HttpContext http, string session, Guid user)
    {
        if (await sessions.FindOriginAsync(session) is not { } envelope || Open(envelope, user) is not { } origin)
            return null;
        await tickets.IssueAsync(http, Kind, origin, Lifetime);
        return "/api/auth/sso/logout";
    }

    /// <summary>The provider's end of the session if it has one, else the login page.</summary>
    public async Task<string> ContinueAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (await tickets.TakeAsync<Origin>(http, Kind) is not { } origin)
            return Login;
        await using var opened = await database.OpenConnectionAsync(cancellationToken);
        if (await SsoStore.FindAsync(opened, origin.Connection, null, cancellationToken) is not { } connection)
            return Login;
        await opened.CloseAsync();
        try
        {
            var metadata = await directory.DescribeAsync(connection.Issuer, connection.AllowPrivateNetwork, cancellationToken);
            return metadata.EndSessionEndpoint is null ? Login : QueryHelpers.AddQueryString(metadata.EndSessionEndpoint.AbsoluteUri, new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["id_token_hint"] = origin.IdToken,
                ["client_id"] = connection.ClientId,
                ["post_logout_redirect_uri"] = $"{connection.ConsoleUrl}{Login}",
            });
        }
        catch (SsoRefusedException)
        {
            // Here they are signed out; that the provider is away changes nothing about it.
            return Login;
        }
    }

    private Origin? Open(string envelope, Guid user)
    {
        try
        {
            return JsonSerializer.Deserialize<Origin>(vault.OpenString(envelope, Cell(user)));
        }
        catch (VaultException)
        {
            return null;
        }
    }

    private static string Cell(Guid user) => $"identity.sso/session/{user}";

    private sealed record Origin(Guid Connection, string IdToken)
    {
        public override string ToString() => Connection.ToString();
    }
}
