namespace ThinkWatch.AiGateway.Providers.Bedrock;

/// <summary>What requests to AWS are signed with. Never printed.</summary>
/// <param name="SessionToken">Goes with temporary keys.</param>
/// <param name="ExpiresAt">Null for keys that do not expire.</param>
internal sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? ExpiresAt = null)
{
    public override string ToString() => "AWS credentials " + AccessKeyId;
}

/// <summary>Where credentials come from. Safe for concurrent calls.</summary>
internal interface IAwsCredentialSource
{
    /// <exception cref="HttpRequestException">There are none to be had.</exception>
    ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Keys that an administrator entered.</summary>
internal sealed class StaticCredentials(AwsCredentials credentials) : IAwsCredentialSource
{
    public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken) => new(credentials);
}
