using Grpc.Core;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AdminApi.Snapshots;

/// <summary><c>Catalog.Watch</c>: a snapshot at once, another after every change, a heartbeat each 200 ms in between.</summary>
internal sealed class CatalogService(SnapshotSource source, IHostApplicationLifetime lifetime) : Catalog.CatalogBase
{
    public override async Task Watch(CatalogWatchRequest request, IServerStreamWriter<CatalogEvent> responseStream, ServerCallContext context)
    {
        // A stream without end must not hold up a stop.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        CatalogSnapshot? sent = null;
        try
        {
            await foreach (var snapshot in source.ReadAsync(stop.Token))
            {
                var message = new CatalogEvent { Sequence = snapshot.Sequence };
                var held = sent is null && request.KnownSequence != 0 && request.KnownSequence == snapshot.Sequence;
                if (!held && !ReferenceEquals(snapshot, sent))
                    message.Snapshot = request.SettingsOnly ? snapshot.SettingsOnly : snapshot.Whole;
                sent = snapshot;
                await responseStream.WriteAsync(message, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The watcher has gone, or we are going.
        }
    }
}
