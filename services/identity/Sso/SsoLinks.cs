using Npgsql;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Sso.Oidc;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// Linking of a local account to somebody at the provider: only by its owner's password, and a code where it has a second factor, within ten minutes of the
/// sign-in there. The same limits on guessing as at the login.
/// </summary>
internal sealed class SsoLinks(NpgsqlDataSource database, SsoTickets tickets, SsoDoor door, SsoLogout logout, LoginDesk login)
{
    private const string Kind = "link";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public Task OfferAsync(HttpContext http, SsoConnection connection, OidcIdentity who, SsoEntry entry, string returnTo) =>
        tickets.IssueAsync(http, Kind, new Pending(connection.Id, entry.UserId, entry.Email, who, returnTo), Lifetime);

    public async Task<SsoLinkOffer> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var (pending, connection) = await FindAsync(http, cancellationToken);
        return new SsoLinkOffer(pending.Email, connection.Label, pending.ReturnTo);
    }

    /// <summary>Links and signs in.</summary>
    public async Task<Guid> LinkAsync(HttpContext http, LinkSso body, CancellationToken cancellationToken)
    {
        var (pending, connection) = await FindAsync(http, cancellationToken);
        var owner = await login.ProveAsync(http, new LoginRequest(pending.Email, body.Password, body.TotpCode, body.RecoveryCode), cancellationToken);
        if (owner.Id != pending.UserId || owner.OrgId != connection.OrgId || await tickets.TakeAsync<Pending>(http, Kind) is null)
            throw Gone();
        try
        {
            await door.LinkAsync(http, connection, pending.Who, owner.Id, owner.Email, cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ApiProblem.Conflict("This person of the provider is linked to another account.").AsException();
        }

        await logout.OpenAsync(http, connection, owner.Id, pending.Who.IdToken);
        return owner.Id;
    }

    private async Task<(Pending Pending, SsoConnection Connection)> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var pending = await tickets.PeekAsync<Pending>(http, Kind) ?? throw Gone();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await SsoStore.FindAsync(connection, pending.Connection, null, cancellationToken) is { Active: true, OrgDisabled: false } found ? (pending, found) : throw Gone();
    }

    private static ApiProblemException Gone() => ApiProblem.NotFound("account waiting to be linked; sign in at the provider again").AsException();

    private sealed record Pending(Guid Connection, Guid UserId, string Email, OidcIdentity Who, string ReturnTo)
    {
        public override string ToString() => UserId.ToString();
    }
}
