using System.Threading.Channels;
using StackExchange.Redis;

namespace ThinkWatch.AiGateway.Caching;

/// <summary>
/// Answers in Redis, sealed with the vault's key and bound to their place: who can read the store reads nothing, and an entry that is moved does not open.
/// A lookup has a short deadline, a slow store is a miss; storing never holds up a call. Thread-safe.
/// </summary>
internal sealed partial class ResponseCache(IConnectionMultiplexer redis, Vault vault, ILogger<ResponseCache> log) : BackgroundService
{
    /// <summary>Larger answers are not worth the memory of a shared store.</summary>
    public const int LargestAnswer = 1024 * 1024;

    private const int MostWaiting = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    private readonly Channel<Entry> _toStore = Channel.CreateBounded<Entry>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public async ValueTask<CachedAnswer?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var value = await redis.GetDatabase().StringGetAsync(key).WaitAsync(s_patience, cancellationToken);
            return value.IsNull ? null : CachedAnswer.FromBytes(vault.Open((string)value!, key));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or VaultException or ObjectDisposedException)
        {
            Failed("read", exception.GetType().Name);
            return null;
        }
    }

    public void Store(string key, CachedAnswer answer, TimeSpan timeToLive) => _toStore.Writer.TryWrite(new Entry(key, answer, timeToLive));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var entry in _toStore.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var envelope = vault.Seal(entry.Answer.ToBytes(), entry.Key);
                await redis.GetDatabase().StringSetAsync(entry.Key, envelope, entry.TimeToLive).WaitAsync(s_deadline, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                Failed("written", exception.GetType().Name);
            }
        }
    }

    [LoggerMessage(440, LogLevel.Debug, "The response cache could not be {Done} ({Reason})")]
    private partial void Failed(string done, string reason);

    private sealed record Entry(string Key, CachedAnswer Answer, TimeSpan TimeToLive);
}
