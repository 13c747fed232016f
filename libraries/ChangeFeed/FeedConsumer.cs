using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.Changes;

/// <summary>
/// Follows another service's change feed: opens the stream, hands every message on, opens it again with back-off when it ends or goes silent.
/// One reader; <see cref="IsFresh"/> may be asked from any thread.
/// </summary>
public abstract partial class FeedConsumer<TEvent>(string feed, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Heard within this time, nothing can have been missed for longer than a second.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(800);

    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _lastDelay = TimeSpan.FromSeconds(2);

    private long _heardAt;
    private bool _saidAway;

    /// <summary>True when the feed has given a sign of life within <see cref="FreshFor"/>.</summary>
    public bool IsFresh
    {
        get
        {
            var heardAt = Interlocked.Read(ref _heardAt);
            return heardAt != 0 && time.GetElapsedTime(heardAt) <= FreshFor;
        }
    }

    /// <summary>Opens the stream from where this consumer stands.</summary>
    protected abstract AsyncServerStreamingCall<TEvent> Open(CancellationToken cancellationToken);

    /// <summary>Takes one message. What it throws ends the stream, which is opened again.</summary>
    protected abstract ValueTask HandleAsync(TEvent message, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = _firstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await FollowAsync(stoppingToken))
                    delay = _firstDelay;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The edge of the loop: whatever ended the stream, freshness says it to those who must know, and the feed is tried again.
                ReportAway(e);
            }

            await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), time, stoppingToken);
            delay = delay * 2 > _lastDelay ? _lastDelay : delay * 2;
        }
    }

    /// <summary>Reads one stream to its end; true when it gave anything.</summary>
    private async Task<bool> FollowAsync(CancellationToken stoppingToken)
    {
        var heard = false;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        silence.CancelAfter(_silence);
        try
        {
            using var call = Open(silence.Token);
            while (await call.ResponseStream.MoveNext(silence.Token))
            {
                silence.CancelAfter(_silence);
                await HandleAsync(call.ResponseStream.Current, stoppingToken);

                // After the change is in force, so that whoever sees a fresh feed also sees what it told.
                Interlocked.Exchange(ref _heardAt, time.GetTimestamp());
                heard = true;
                ReportBack();
            }
        }
        catch (Exception e) when (heard && !stoppingToken.IsCancellationRequested)
        {
            ReportAway(e);
        }

        return heard;
    }

    private void ReportAway(Exception e)
    {
        if (_saidAway)
            return;
        _saidAway = true;
        LogAway(feed, e is RpcException rpc ? rpc.Status.ToString() : e.Message);
    }

    private void ReportBack()
    {
        if (!_saidAway)
            return;
        _saidAway = false;
        LogBack(feed);
    }

    [LoggerMessage(LogLevel.Warning, "Feed {Feed} is silent: {Reason}")]
    private partial void LogAway(string feed, string reason);

    [LoggerMessage(LogLevel.Information, "Feed {Feed} speaks again")]
    private partial void LogBack(string feed);
}
