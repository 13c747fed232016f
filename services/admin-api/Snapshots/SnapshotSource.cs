using System.Runtime.CompilerServices;
using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Postgres;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi.Snapshots;

/// <summary>
/// Keeps the catalog's snapshot current and tells every watcher. One writer; watchers share one immutable snapshot, so a thousand of them cost
/// the database as much as one: a look at the change table each 200 ms. While it cannot be read nobody is told anything.
/// </summary>
internal sealed partial class SnapshotSource(
    ChangeFeed changes, SnapshotReader reader, SettingValues settings, PostgresReady ready, ILogger<SnapshotSource> logger) : BackgroundService
{
    private volatile Beat _beat = new(null);

    /// <summary>The newest snapshot, or null before the first could be read.</summary>
    public CatalogSnapshot? Current => _beat.Snapshot;

    /// <summary>What is held now, if anything; then the newest each time that it was found, or still found, to be the newest.</summary>
    public async IAsyncEnumerable<CatalogSnapshot> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var beat = _beat;
        if (beat.Snapshot is { } held)
            yield return held;
        while (true)
        {
            beat = await beat.Next.WaitAsync(cancellationToken);
            yield return beat.Snapshot!;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        await foreach (var batch in changes.ReadAsync(after: 0, stoppingToken))
        {
            try
            {
                var current = _beat.Snapshot;
                if (current is null || batch.Reset || current.Sequence < (ulong)batch.Sequence)
                    current = await RefreshAsync(stoppingToken);
                Publish(current);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                // Tried again with the next batch; until then watchers hear nothing and keep what they have.
                LogUnreadable(e.Message);
            }
        }
    }

    private async Task<CatalogSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync(cancellationToken);
        settings.Apply(snapshot.Settings);
        return new CatalogSnapshot(snapshot);
    }

    private void Publish(CatalogSnapshot snapshot)
    {
        var last = _beat;
        _beat = new Beat(snapshot);
        last.Complete(_beat);
    }

    [LoggerMessage(LogLevel.Warning, "The catalog cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);

    private sealed class Beat(CatalogSnapshot? snapshot)
    {
        private readonly TaskCompletionSource<Beat> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CatalogSnapshot? Snapshot { get; } = snapshot;

        public Task<Beat> Next => _next.Task;

        public void Complete(Beat next) => _next.SetResult(next);
    }
}

/// <summary>One state of the catalog in the forms that watchers ask for. Never changed after it is made.</summary>
internal sealed class CatalogSnapshot
{
    public CatalogSnapshot(Snapshot whole)
    {
        Whole = whole;
        SettingsOnly = new Snapshot { Sequence = whole.Sequence };
        SettingsOnly.Settings.Add(whole.Settings);
    }

    public Snapshot Whole { get; }

    public Snapshot SettingsOnly { get; }

    public ulong Sequence => Whole.Sequence;
}
