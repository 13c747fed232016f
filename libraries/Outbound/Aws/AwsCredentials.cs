namespace ThinkWatch.Outbound.Aws;

/// <summary>What requests to AWS are signed with. Never printed.</summary>
/// <param name="SessionToken">Goes with temporary keys.</param>
/// <param name="ExpiresAt">Null for keys that do not expire.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? ExpiresAt = null)
{
    public override string ToString() => "AWS credentials " + AccessKeyId;
}

/// <summary>Where credentials come from. Safe for concurrent calls.</summary>
public interface IAwsCredentialSource
{
    /// <exception cref="HttpRequestException">There are none to be had.</exception>
    ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Keys that an administrator entered.</summary>
public sealed class StaticCredentials(AwsCredentials credentials) : IAwsCredentialSource
{
    public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken) => new(credentials);
}
