using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.ManagementApi;

/// <summary>Who is calling? Asked on every request and never cached, so that a revocation counts from the next one on.</summary>
public interface ICallerAuthenticator
{
    Task<AuthenticateReply> AuthenticateKeyAsync(byte[] keySha256, string clientIp, CancellationToken cancellationToken);

    Task<AuthenticateReply> AuthenticateSessionAsync(string accessToken, string clientIp, CancellationToken cancellationToken);
}
