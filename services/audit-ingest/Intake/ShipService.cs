using Grpc.Core;
using ThinkWatch.AuditIngest.Settlement;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Intake;

/// <summary>
/// Takes frames from any number of producers. A few are stored at once over all streams; the next is read from the wire only when one is
/// done, so that pressure from ClickHouse reaches the producers' spools. A store that is away ends the stream: producers come again.
/// </summary>
internal sealed partial class ShipService(FrameStore store, EndedCalls ended, IHostApplicationLifetime lifetime, ILogger<ShipService> log) : Contracts.Audit.AuditIngest.AuditIngestBase
{
    private const int FramesAtOnce = 4;
    private const int CallsAtOnce = 500;
    private static readonly SemaphoreSlim Slots = new(FramesAtOnce, FramesAtOnce);

    public override async Task Ship(IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<FrameAck> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var writing = new SemaphoreSlim(1, 1);
        var running = new HashSet<Task>();
        try
        {
            while (await requestStream.MoveNext(end.Token))
            {
                await Slots.WaitAsync(end.Token);
                running.RemoveWhere(static t => t.IsCompletedSuccessfully);
                var frame = requestStream.Current;
                running.Add(Task.Run(() => StoreAsync(frame, responseStream, writing, end), CancellationToken.None));
            }
        }
        catch (Exception stopped) when (end.IsCancellationRequested && stopped is OperationCanceledException or RpcException or IOException)
        {
            // The producer has gone, this service stops, or the store is away: what was begun is finished below.
        }

        try
        {
            await Task.WhenAll(running);
        }
        catch (ClickHouseException fault)
        {
            Away(fault.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
            throw new RpcException(new Status(StatusCode.Unavailable, "audit-ingest stops"));
    }

    public override async Task EndedCalls(EndedCallsRequest request, IServerStreamWriter<EndedCallsReply> responseStream, ServerCallContext context)
    {
        try
        {
            var some = new EndedCallsReply();
            await foreach (var call in ended.SinceAsync(request.OrgId, request.SinceMs, context.CancellationToken))
            {
                some.Settlements.Add(LateSettlement.Again(call));
                if (some.Settlements.Count < CallsAtOnce)
                    continue;
                await responseStream.WriteAsync(some);
                some = new EndedCallsReply();
            }

            await responseStream.WriteAsync(some);
        }
        catch (ClickHouseException fault)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
        }
    }

    private async Task StoreAsync(Frame frame, IServerStreamWriter<FrameAck> responses, SemaphoreSlim writing, CancellationTokenSource end)
    {
        try
        {
            // Not cancelled with the stream: an insert that is under way is worth its answer.
            var answer = await store.StoreAsync(frame, CancellationToken.None);
            await writing.WaitAsync(CancellationToken.None);
            try
            {
                await responses.WriteAsync(answer);
            }
            finally
            {
                writing.Release();
            }
        }
        catch (ClickHouseException)
        {
            await end.CancelAsync();
            throw;
        }
        catch (Exception gone) when (gone is RpcException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The producer has gone and will send the frame again.
            await end.CancelAsync();
        }
        finally
        {
            Slots.Release();
        }
    }

    [LoggerMessage(303, LogLevel.Warning, "Frames wait at their producers: {Reason}")]
    private partial void Away(string reason);
}
