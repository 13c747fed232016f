using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Follows <c>Identity.Watch</c> and drops from the cache what has changed. Only a heartbeat makes the feed fresh: it is sent when the
/// database was read and everything before it has been delivered.
/// </summary>
internal sealed partial class IdentityFeed(
    Contracts.Identity.Identity.IdentityClient identity, PrincipalCache cache, ServiceIdentity self, TimeProvider time, ILogger<IdentityFeed> log)
    : BackgroundService
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private ulong _sequence;
    private bool _connected;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = s_pause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var heardSomething = await FollowAsync(stoppingToken).ConfigureAwait(false);
            pause = heardSomething ? s_pause : pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One stream, until it breaks, ends or falls silent. True when it delivered anything.</summary>
    private async Task<bool> FollowAsync(CancellationToken stoppingToken)
    {
        var heard = false;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            using var call = identity.Watch(new WatchRequest { AfterSequence = _sequence, Consumer = self.InstanceId }, cancellationToken: silence.Token);
            silence.CancelAfter(s_silence);
            while (await call.ResponseStream.MoveNext(silence.Token).ConfigureAwait(false))
            {
                silence.CancelAfter(s_silence);
                if (!heard && _sequence == 0)
                    cache.DropAll(); // This stream starts "from now on": what was cached before it may have changed unseen.
                heard = true;
                Apply(call.ResponseStream.Current);
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or IOException)
        {
            if (_connected && !stoppingToken.IsCancellationRequested)
                Lost(exception.GetType().Name);
        }

        _connected = false;
        return heard;
    }

    private void Apply(IdentityEvent change)
    {
        switch (change.ChangeCase)
        {
            case IdentityEvent.ChangeOneofCase.Key:
                if (KeyHash.TryRead(change.Key.KeySha256.Span, out var hash))
                    cache.DropKey(hash);
                break;
            case IdentityEvent.ChangeOneofCase.User:
                cache.DropUser(change.User.UserId);
                break;
            case IdentityEvent.ChangeOneofCase.Organization:
                cache.DropOrganization(change.Organization.OrgId);
                break;
            case IdentityEvent.ChangeOneofCase.Reset:
                cache.DropAll();
                break;
            case IdentityEvent.ChangeOneofCase.Heartbeat:
                cache.HeardFeed();
                if (!_connected)
                    Following();
                _connected = true;
                break;
            default:
                // A kind of change that this version does not know: everything may be concerned.
                cache.DropAll();
                break;
        }

        _sequence = change.Sequence;
    }

    [LoggerMessage(301, LogLevel.Information, "Following identity's changes")]
    private partial void Following();

    [LoggerMessage(302, LogLevel.Warning, "Identity's change feed broke ({Reason}): every call is authenticated anew until it is back")]
    private partial void Lost(string reason);
}
