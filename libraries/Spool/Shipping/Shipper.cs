using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool.Shipping;

/// <summary>
/// Sends frames until each is acknowledged: a bounded number at once, the same bytes every time, with growing, jittered pauses. A frame
/// that ingest refuses for good is put aside as a file and reported, so that it cannot hold up the rest.
/// </summary>
internal sealed partial class Shipper(SpoolLog log, IAuditTransport transport, SpoolOptions options, ILogger logger)
{
    private static readonly TimeSpan s_settlementPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_settlementPause = TimeSpan.FromMilliseconds(10);

    // As many entries as the log has frames; the log is what is bounded.
    private readonly Channel<CutFrame> _frames = Channel.CreateUnbounded<CutFrame>();
    private readonly CancellationTokenSource _stop = new();
    private Task _workers = Task.CompletedTask;
    private volatile bool _isDown;

    public void Publish(CutFrame frame) => _frames.Writer.TryWrite(frame);

    public void Start() => _workers = Task.WhenAll(Enumerable.Range(0, options.FramesInFlight).Select(_ => Task.Run(RunAsync)));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _workers;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync(_stop.Token))
                await ShipAsync(frame, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What was not acknowledged is in the log and goes out after the next start.
        }
    }

    private async Task ShipAsync(CutFrame frame, CancellationToken cancellationToken)
    {
        var pause = options.FirstBackOff;
        while (!frame.IsSettled)
        {
            if (await TrySendAsync(frame, cancellationToken) is { } ack)
            {
                log.Settle(frame, dropped: !ack.Accepted);
                return;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.LongestBackOff.Ticks));
        }
    }

    private async Task<FrameAck?> TrySendAsync(CutFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await AwaitSettlementsAsync(frame, cancellationToken);
            using var loaded = LoadedFrame.Of(frame, log);
            frame.MayHaveBeenSent = true;
            var ack = await transport.SendAsync(loaded.Message, cancellationToken);
            if (!ack.Accepted)
                PutAside(loaded.Message, ack.Error);
            if (_isDown)
                ShipsAgain();
            _isDown = false;
            return ack;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            // Whatever went wrong, the frame is safe in the log and is tried again.
            if (!_isDown && !frame.IsSettled)
                CannotShip(fault.GetType().Name, fault.Message);
            _isDown = true;
            return null;
        }
    }

    /// <summary>Limits answers within milliseconds as a rule: then nobody needs to settle those calls a second time.</summary>
    private static async Task AwaitSettlementsAsync(CutFrame frame, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < s_settlementPatience && frame.IsSettling; waited += s_settlementPause)
            await Task.Delay(s_settlementPause, cancellationToken);
    }

    private void PutAside(Frame frame, string error)
    {
        var folder = Path.Combine(options.Directory, "refused");
        Directory.CreateDirectory(folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"{frame.Kind.ToString().ToLowerInvariant()}-{frame.FirstSequence}-{frame.LastSequence}.frame");
        using (var file = File.Create(Path.Combine(folder, name)))
            frame.WriteTo(file);
        Refused(frame.Kind, frame.FirstSequence, frame.LastSequence, name, error);
    }

    [LoggerMessage(202, LogLevel.Error, "audit-ingest refused {Kind} events {First} to {Last} for good; kept in refused/{File}: {Reason}")]
    private partial void Refused(RecordKind kind, ulong first, ulong last, string file, string reason);

    [LoggerMessage(203, LogLevel.Warning, "Audit events wait in the spool, audit-ingest does not take them: {Fault}: {Reason}")]
    private partial void CannotShip(string fault, string reason);

    [LoggerMessage(204, LogLevel.Information, "audit-ingest takes audit events again")]
    private partial void ShipsAgain();
}
