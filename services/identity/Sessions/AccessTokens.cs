using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Sessions;

internal sealed record AccessToken(Guid UserId, string SessionId, DateTimeOffset ExpiresAt);

/// <summary>The short-lived JWT of a session. It only names the session: whether that still exists is asked every time.</summary>
internal sealed class AccessTokens
{
    private const string Issuer = "thinkwatch";
    private const string Audience = "thinkwatch-console";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly SigningCredentials _credentials;
    private readonly TokenValidationParameters _rules;
    private readonly ISettings _settings;
    private readonly TimeProvider _time;

    public AccessTokens(string secret, ISettings settings, TimeProvider time)
    {
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret));
        _settings = settings;
        _time = time;
        _credentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256);
        _rules = new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            IssuerSigningKey = key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // Checked by hand, by the injected clock.
            ValidateLifetime = false,
        };
    }

    public TimeSpan Lifetime => TimeSpan.FromSeconds(_settings.Get(SettingsRegistry.Auth.JwtAccessTtlSecs));

    public string Issue(Session session)
    {
        var now = _time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = session.UserId.ToString(), ["sid"] = session.Id },
            SigningCredentials = _credentials,
        });
    }

    public async Task<(AuthOutcome Outcome, AccessToken? Token)> ReadAsync(string text)
    {
        var result = await _handler.ValidateTokenAsync(text, _rules);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            return (AuthOutcome.Unknown, null);
        var expiresAt = new DateTimeOffset(token.ValidTo, TimeSpan.Zero);
        if (expiresAt <= _time.GetUtcNow())
            return (AuthOutcome.Expired, null);
        return Guid.TryParse(token.Subject, out var userId) && token.TryGetPayloadValue<string>("sid", out var sessionId)
            ? (AuthOutcome.Ok, new AccessToken(userId, sessionId, expiresAt))
            : (AuthOutcome.Unknown, null);
    }
}
