using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Sso.Oidc;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// The way from the login page to the provider and back. Both ends answer with an address to go to, whatever happens; what went wrong is a code of
/// <see cref="SsoError"/> in it.
/// </summary>
internal sealed partial class SsoSignIn(
    NpgsqlDataSource database, OidcClient client, SsoFlows flows, SsoDoor door, SsoLinks links, SsoLogout logout, LoginLimiter limiter, TimeProvider time, ILogger<SsoSignIn> log)
{
    private const string Home = "/";

    public async Task<SsoOffer> OfferAsync(Guid? id, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(id, cancellationToken);
        return connection is { Active: true, OrgDisabled: false } ? new SsoOffer(true, connection.Label, connection.Id) : new SsoOffer(false, null, null);
    }

    public async Task<string> StartAsync(HttpContext http, Guid? id, string? returnTo, CancellationToken cancellationToken)
    {
        try
        {
            if (await limiter.EnterSignOnAsync(http.ClientIp()) is not null)
                throw new SsoRefusedException(SsoError.TooMany, "too many sign-ins from this address");
            var connection = await FindAsync(id, cancellationToken);
            if (connection is not { Active: true, OrgDisabled: false })
                throw new SsoRefusedException(SsoError.NotActive, "no connection is active");
            return await client.AuthorizationUrlAsync(connection, flows.Begin(http, connection.Id, Local(returnTo), tester: null), cancellationToken);
        }
        catch (SsoRefusedException refused)
        {
            LogRefused(log, id, refused.Code, refused.Reason);
            return ToLogin(refused.Code);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            LogRefused(log, id, SsoError.Unavailable, fault.Message);
            return ToLogin(SsoError.Unavailable);
        }
    }

    public async Task<string> CallbackAsync(HttpContext http, CancellationToken cancellationToken)
    {
        try
        {
            return await ReturnedAsync(http, cancellationToken);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            // A browser stands at this address: it needs a page to go to, not a problem document.
            LogRefused(log, null, SsoError.Unavailable, fault.Message);
            return ToLogin(SsoError.Unavailable);
        }
    }

    private async Task<string> ReturnedAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        if (await limiter.EnterSignOnAsync(http.ClientIp()) is not null)
            return ToLogin(SsoError.TooMany);
        if (await flows.TakeAsync(http, One(query["state"])) is not { } flow)
            return ToLogin(SsoError.State);
        var connection = await FindAsync(flow.Connection, cancellationToken);
        if (connection is null)
            return ToLogin(SsoError.NotActive);
        OidcIdentity? who = null;
        try
        {
            if (flow.Tester is null && connection is not { Active: true, OrgDisabled: false })
                throw new SsoRefusedException(SsoError.NotActive, "the connection is not active any more");
            who = await client.RedeemAsync(connection, flow.Attempt, Code(query), One(query["iss"]), cancellationToken);
            if (flow.Tester is { } tester)
                return await TestedAsync(connection, tester, null, who, cancellationToken);
            return await AdmitAsync(http, connection, who, flow.ReturnTo, cancellationToken);
        }
        catch (SsoRefusedException refused)
        {
            LogRefused(log, connection.Id, refused.Code, refused.Reason);
            if (flow.Tester is { } tester)
                return await TestedAsync(connection, tester, refused.Code, who, cancellationToken);
            await door.RecordRefusalAsync(http, connection, refused.Code, who?.Email, cancellationToken);
            return ToLogin(refused.Code, connection.Id);
        }
    }

    private async Task<string> AdmitAsync(HttpContext http, SsoConnection connection, OidcIdentity who, string returnTo, CancellationToken cancellationToken)
    {
        var entry = await door.EnterAsync(http, connection, who, cancellationToken);
        if (entry.ToLink)
        {
            await links.OfferAsync(http, connection, who, entry, returnTo);
            return QueryHelpers.AddQueryString("/login", "sso", "link");
        }

        await logout.OpenAsync(http, connection, entry.UserId, who.IdToken);
        return returnTo;
    }

    private async Task<string> TestedAsync(SsoConnection connection, Guid tester, string? error, OidcIdentity? who, CancellationToken cancellationToken)
    {
        var result = new SsoTestResult(time.GetUtcNow(), error is null, error, who?.Subject, who?.Email, who?.Name, who?.Groups ?? []);
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await SsoStore.SetTestedAsync(transaction, connection, result, token);
                await AuditOutbox.AppendAsync(transaction, SsoAudit.Test(connection, tester, result), token);
            },
            cancellationToken);
        return QueryHelpers.AddQueryString("/admin/sso", "test", error ?? "ok");
    }

    private async Task<SsoConnection?> FindAsync(Guid? id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return id is { } named ? await SsoStore.FindAsync(connection, named, null, cancellationToken) : await SsoStore.FirstAsync(connection, cancellationToken);
    }

    private static bool IsAway(Exception fault) => fault is NpgsqlException { IsTransient: true } or TimeoutException or VaultException;

    private static string Code(IQueryCollection query)
    {
        if (One(query["error"]) is { } error)
        {
            throw error == "access_denied"
                ? new SsoRefusedException(SsoError.Cancelled, "it was cancelled, or the provider does not let this person in")
                : new SsoRefusedException(SsoError.Provider, $"the provider answered {OAuthError.Known(error)}");
        }

        return One(query["code"]) is { Length: > 0 and <= 4096 } code ? code : throw new SsoRefusedException(SsoError.Provider, "the provider sent no code");
    }

    // A parameter that comes twice is nobody's.
    private static string? One(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 1 ? values[0] : null;

    /// <summary>A path of the console, never another site.</summary>
    private static string Local(string? path) =>
        path is { Length: > 0 and <= 1000 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : Home;

    private static string ToLogin(string code, Guid? connection = null)
    {
        var address = QueryHelpers.AddQueryString("/login", "sso_error", code);
        return connection is { } id ? QueryHelpers.AddQueryString(address, "connection", id.ToString()) : address;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Single sign-on by connection {Connection} refused ({Code}): {Reason}")]
    private static partial void LogRefused(ILogger logger, Guid? connection, string code, string reason);
}
