using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Providers.Bedrock;

/// <summary>
/// Keeps credentials until they are about to expire. Renewed ahead of time by one call in the background while the others go on with what is still valid;
/// only when nothing is valid do calls wait, together, for one answer. Safe for concurrent calls.
/// </summary>
internal sealed partial class CredentialCache(IAwsCredentialSource source, TimeProvider time, ILogger<CredentialCache> log) : IAwsCredentialSource, IDisposable
{
    /// <summary>AWS has new ones ready at least five minutes before the old ones end.</summary>
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private AwsCredentials? _known;
    private DateTimeOffset _notBefore;
    private Task<AwsCredentials>? _renewing;

    public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Task<AwsCredentials> renewing;
        lock (_lock)
        {
            if (_known is { } known && IsValid(known, now))
            {
                if (known.ExpiresAt - now < s_renewBefore && now >= _notBefore)
                    _renewing ??= Renew();
                return new ValueTask<AwsCredentials>(known);
            }

            renewing = _renewing ??= Renew();
        }

        return new ValueTask<AwsCredentials>(renewing.WaitAsync(cancellationToken));
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private static bool IsValid(AwsCredentials credentials, DateTimeOffset now) => credentials.ExpiresAt is null || credentials.ExpiresAt > now;

    private Task<AwsCredentials> Renew() => Task.Run(RenewAsync);

    private async Task<AwsCredentials> RenewAsync()
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(s_patience);
            var made = await source.GetAsync(patience.Token);
            lock (_lock)
            {
                _known = made;
                _renewing = null;
            }

            return made;
        }
        catch (Exception exception)
        {
            // Whoever waits hears of it; the next call tries again, and while the old ones are valid not at once.
            lock (_lock)
            {
                _renewing = null;
                _notBefore = time.GetUtcNow() + s_pauseAfterFailure;
            }

            Failed(exception.Message);
            throw exception as HttpRequestException ?? new HttpRequestException("There are no AWS credentials to be had.", exception);
        }
    }

    [LoggerMessage(411, LogLevel.Error, "AWS credentials could not be fetched: {Reason}")]
    private partial void Failed(string reason);
}
