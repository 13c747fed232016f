using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Principals;

/// <summary>Answers who is calling, for the other services and for this one's own management API. Nothing is cached here.</summary>
internal sealed class PrincipalAuthenticator(PrincipalReader principals, SessionStore sessions, AccessTokens tokens, LastUsed lastUsed) : ICallerAuthenticator
{
    private const int HashBytes = 32;

    public async Task<AuthenticateReply> AuthenticateKeyAsync(byte[] keySha256, string clientIp, CancellationToken cancellationToken)
    {
        if (keySha256.Length != HashBytes)
            return new AuthenticateReply { Outcome = AuthOutcome.Unknown };
        var reply = await principals.ReadKeyAsync(keySha256, clientIp, cancellationToken);
        if (reply.Outcome == AuthOutcome.Ok)
            lastUsed.Note(reply.Principal.KeyId);
        return reply;
    }

    public async Task<AuthenticateReply> AuthenticateSessionAsync(string accessToken, string clientIp, CancellationToken cancellationToken)
    {
        var (outcome, token) = await tokens.ReadAsync(accessToken);
        if (token is null)
            return new AuthenticateReply { Outcome = outcome };
        var session = await sessions.FindAsync(token.SessionId);
        if (session is null || session.UserId != token.UserId)
            return new AuthenticateReply { Outcome = AuthOutcome.Revoked };
        if (!sessions.AllowsUse(session, clientIp))
            return new AuthenticateReply { Outcome = AuthOutcome.AddressNotAllowed };
        var reply = await principals.ReadUserAsync(token.UserId, cancellationToken, signedIn: true);
        if (reply.Outcome == AuthOutcome.Ok)
        {
            reply.Principal.SessionId = token.SessionId;
            reply.Principal.ExpiresAtUnixMs = token.ExpiresAt.ToUnixTimeMilliseconds();
        }

        return reply;
    }
}
