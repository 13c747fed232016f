using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>
/// Judges ID tokens by OpenID Connect Core §3.1.3.7: a signature of the issuer's keys with an algorithm of the list, issuer, audience and authorised
/// party, times, nonce, and the hash of the access token where there is one.
/// </summary>
internal sealed class OidcTokens(OidcDirectory directory, TimeProvider time)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(10);

    // No "none", no shared secrets.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 256 * 1024 };

    /// <exception cref="SsoRefusedException">The token does not hold.</exception>
    public async Task<JsonWebToken> ValidateAsync(
        string text, OidcMetadata metadata, string clientId, string nonce, string? accessToken, bool allowPrivateNetwork, CancellationToken cancellationToken)
    {
        var (keyId, algorithm) = Header(text);
        if (!Algorithms.Contains(algorithm))
            throw Refuse("it is signed with an algorithm that is not accepted");
        var keys = await directory.KeysAsync(metadata, allowPrivateNetwork, keyId, cancellationToken);
        if (keys.Count == 0)
            throw Refuse("it is signed with a key that the provider does not publish");
        var result = await _handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = metadata.Issuer,
            ValidAudience = clientId,
            IssuerSigningKeyResolver = (_, _, _, _) => keys,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            RequireAudience = true,
            // Checked by hand, by the injected clock.
            ValidateLifetime = false,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            throw Refuse(Explain(result.Exception));
        CheckParty(token, clientId);
        CheckTimes(token);
        if (!Same(Claim(token, "nonce"), nonce))
            throw Refuse("its nonce is not the one that this sign-in began with");
        if (Claim(token, "at_hash") is { } hash && (accessToken is null || !Same(hash, HalfHash(algorithm, accessToken))))
            throw Refuse("it does not belong to the access token that came with it");
        return token.Subject is { Length: > 0 and <= 255 } ? token : throw Refuse("it names no subject");
    }

    private static (string KeyId, string Algorithm) Header(string text)
    {
        try
        {
            var token = new JsonWebToken(text);
            return (token.Kid, token.Alg);
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException or FormatException)
        {
            throw Refuse("it is no JSON web token");
        }
    }

    private static void CheckParty(JsonWebToken token, string clientId)
    {
        var authorized = Claim(token, "azp");
        if (token.Audiences.Count() > 1 && authorized is null)
            throw Refuse("it is for several audiences and names no authorised party");
        if (authorized is not null && authorized != clientId)
            throw Refuse("it was issued to another client");
    }

    private void CheckTimes(JsonWebToken token)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (token.ValidTo == DateTime.MinValue || token.ValidTo <= now - Skew)
            throw Refuse("it has expired");
        if (token.IssuedAt == DateTime.MinValue || token.IssuedAt > now + Skew || token.ValidFrom > now + Skew)
            throw Refuse("it is not valid yet, or does not say when it was issued");
        if (token.IssuedAt < now - Oldest - Skew)
            throw Refuse("it was issued too long ago");
    }

    // The left half of the hash that goes with the signature's algorithm: RS256 → SHA-256.
    private static string HalfHash(string algorithm, string accessToken)
    {
        var bytes = Encoding.ASCII.GetBytes(accessToken);
        var hash = algorithm[^3..] switch
        {
            "256" => SHA256.HashData(bytes),
            "384" => SHA384.HashData(bytes),
            _ => SHA512.HashData(bytes),
        };
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) ? value : null;

    private static bool Same(string? left, string right) =>
        left is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    // By the kind of fault only: its text may repeat what was received.
    private static string Explain(Exception? fault) => fault switch
    {
        SecurityTokenInvalidIssuerException => "it is of another issuer",
        SecurityTokenInvalidAudienceException => "it is for another client",
        SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException => "its signature is wrong",
        _ => "it does not hold",
    };

    private static SsoRefusedException Refuse(string reason) => new(SsoError.Token, $"the ID token was refused: {reason}");
}
