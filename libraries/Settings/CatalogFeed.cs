using Grpc.Core;
using Microsoft.Extensions.Logging;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.Settings;

/// <summary>
/// Follows admin-api's <c>Catalog.Watch</c>. <see cref="Current"/> is immutable and swapped atomically; until the first snapshot arrives it is the
/// one that was kept on disk, and without one an empty catalog with sequence 0.
/// </summary>
public sealed partial class CatalogFeed : FeedConsumer<CatalogEvent>
{
    private readonly Catalog.CatalogClient _client;
    private readonly SettingValues _settings;
    private readonly SnapshotFile _file;
    private readonly CatalogFeedOptions _options;
    private readonly ILogger<CatalogFeed> _logger;
    private volatile Snapshot _current = new();

    internal CatalogFeed(Catalog.CatalogClient client, SettingValues settings, SnapshotFile file, CatalogFeedOptions options, TimeProvider time, ILogger<CatalogFeed> logger)
        : base("catalog", time, logger)
    {
        _client = client;
        _settings = settings;
        _file = file;
        _options = options;
        _logger = logger;

        // Before anything asks: a service must come up with admin-api away.
        if (file.Read() is { } kept)
        {
            _settings.Apply(kept.Settings);
            _current = kept;
            LogKept(kept.Sequence);
        }
    }

    /// <summary>Raised after a snapshot is in force, on the feed's thread: return quickly.</summary>
    public event Action<Snapshot>? Changed;

    /// <summary>The snapshot in force. Take it once a request.</summary>
    public Snapshot Current => _current;

    /// <summary>Of <see cref="Current"/>; 0 before there is any.</summary>
    public ulong Sequence => _current.Sequence;

    protected override AsyncServerStreamingCall<CatalogEvent> Open(CancellationToken cancellationToken) =>
        // Always asks for the whole: admin-api may have been given another database since.
        _client.Watch(new CatalogWatchRequest { Consumer = _options.Consumer, SettingsOnly = _options.SettingsOnly }, cancellationToken: cancellationToken);

    protected override ValueTask HandleAsync(CatalogEvent message, CancellationToken cancellationToken)
    {
        if (message?.Snapshot is not { } snapshot || snapshot.Equals(_current))
            return ValueTask.CompletedTask;

        _settings.Apply(snapshot.Settings);
        _current = snapshot;
        Changed?.Invoke(snapshot);
        _file.Write(snapshot);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "Started with the catalog kept on disk, sequence {Sequence}")]
    private partial void LogKept(ulong sequence);
}

internal sealed record CatalogFeedOptions(string Consumer, bool SettingsOnly);
