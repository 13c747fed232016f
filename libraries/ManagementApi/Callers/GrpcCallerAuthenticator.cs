using Google.Protobuf;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.ManagementApi;

/// <summary>Asks the identity service.</summary>
internal sealed class GrpcCallerAuthenticator(Identity.IdentityClient identity) : ICallerAuthenticator
{
    public async Task<AuthenticateReply> AuthenticateKeyAsync(byte[] keySha256, string clientIp, CancellationToken cancellationToken) =>
        await identity.AuthenticateAsync(
            new AuthenticateRequest { KeySha256 = UnsafeByteOperations.UnsafeWrap(keySha256), ClientIp = clientIp }, cancellationToken: cancellationToken);

    public async Task<AuthenticateReply> AuthenticateSessionAsync(string accessToken, string clientIp, CancellationToken cancellationToken) =>
        await identity.AuthenticateSessionAsync(
            new AuthenticateSessionRequest { AccessToken = accessToken, ClientIp = clientIp }, cancellationToken: cancellationToken);
}
