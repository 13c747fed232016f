using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline.Allotments;

/// <summary>
/// Lets calls that come in quick succession under plain request rules pass without asking limits for each: it has counted them ahead, for a quarter of a
/// second. What is left then is given back. Bounded in kinds and in what waits to be given back. Thread-safe.
/// </summary>
public sealed partial class AllotmentBook(Limits.LimitsClient limits, PipelinePolicy policy, TimeProvider time, ILogger<AllotmentBook> log) : BackgroundService
{
    private const int MaxKinds = 10_000;
    private const int MaxUnused = 10_000;
    private const int MaxAttempts = 100;
    private const int AtOnce = 8;
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<CallKind, AllottedKind> _kinds = new();
    private readonly ConcurrentQueue<Unused> _unused = new();

    /// <summary>The answer for a call that is counted already.</summary>
    internal bool TryTake(CheckRequest request, [NotNullWhen(true)] out CheckReply? reply)
    {
        reply = null;
        if (!_kinds.TryGetValue(CallKind.Of(request), out var kind) || !kind.IsLike(request))
            return false;
        reply = kind.TryTake(out var ask);
        if (ask > 0)
            _ = AskAsync(kind, ask);
        return reply is not null;
    }

    /// <summary>Limits has said that calls like this one may be counted ahead.</summary>
    internal void Note(CheckRequest request)
    {
        var id = CallKind.Of(request);
        if (_kinds.TryGetValue(id, out var known))
        {
            if (!known.IsLike(request))
                End(id, known);
            return;
        }

        if (_kinds.Count < MaxKinds)
            _kinds.TryAdd(id, new AllottedKind(request.Clone(), time));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (id, kind) in _kinds)
            End(id, kind);
        await GiveBackAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        var unused = new List<Unused>();
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var (id, kind) in _kinds)
            {
                if (!kind.Sweep(all: false, unused))
                    _kinds.TryRemove(new KeyValuePair<CallKind, AllottedKind>(id, kind));
            }

            foreach (var some in unused)
                Keep(some);
            unused.Clear();
            await GiveBackAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private void End(CallKind id, AllottedKind kind)
    {
        if (!_kinds.TryRemove(new KeyValuePair<CallKind, AllottedKind>(id, kind)))
            return;
        var unused = new List<Unused>(2);
        kind.Sweep(all: true, unused);
        foreach (var some in unused)
            Keep(some);
    }

    private async Task AskAsync(AllottedKind kind, int calls)
    {
        var call = kind.Like.Clone();
        call.RequestId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var until = time.GetTimestamp() + (long)(AllottedKind.Life.TotalSeconds * time.TimestampFrequency);
        try
        {
            var reply = await limits.AllotAsync(new AllotRequest { Call = call, Calls = calls }, deadline: DateTime.UtcNow + policy.LimitsTimeout()).ConfigureAwait(false);
            if (reply.Calls == 0)
                kind.Pause();
            else if (!kind.Add(new Allotment(call.RequestId, reply.Calls, until, reply.Requests)) && reply.Requests is not null)
                Keep(new Unused(call.RequestId, call.OrgId, reply.Calls));
        }
        catch (RpcException)
        {
            // They may have been counted, and nobody will use them.
            kind.Pause();
            Keep(new Unused(call.RequestId, call.OrgId, calls));
        }
    }

    private void Keep(Unused unused)
    {
        if (unused.Attempts < MaxAttempts && _unused.Count < MaxUnused)
            _unused.Enqueue(unused);
        else
            NotGivenBack(unused.Calls);
    }

    /// <summary>Sends what waits now; what fails waits for the next time.</summary>
    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        if (!_unused.IsEmpty)
            await Parallel.ForEachAsync(Waiting(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, GiveBackAsync).ConfigureAwait(false);
    }

    /// <summary>Taken one by one: at stop, what has not been sent is still there for the last time.</summary>
    private IEnumerable<Unused> Waiting()
    {
        for (var left = _unused.Count; left > 0 && _unused.TryDequeue(out var unused); left--)
            yield return unused;
    }

    private async ValueTask GiveBackAsync(Unused unused, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GiveBackRequest { RequestId = unused.Id, OrgId = unused.OrgId, Unused = unused.Calls };
            await limits.GiveBackAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            unused.Attempts++;
            Keep(unused);
        }
    }

    [LoggerMessage(312, LogLevel.Warning, "{Calls} calls that were counted ahead and not made stay counted: limits did not answer")]
    private partial void NotGivenBack(int calls);
}
