using System.Globalization;
using System.Text.Json.Serialization;
using Npgsql;
using ThinkWatch.AuditIngest.Intake;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Postgres;

namespace ThinkWatch.AuditIngest.Gaps;

/// <summary>
/// Keeps what arrived in PostgreSQL and reports holes that stay open. The saved position may lag behind a killed process, so a hole is
/// believed only when the rows are not in ClickHouse either. Ingest never waits for any of this.
/// </summary>
internal sealed partial class GapWatcher(
    SequenceLedger ledger,
    GapRepository repository,
    PostgresReady postgres,
    IClickHouse clickHouse,
    PlatformRow platform,
    IngestMetrics metrics,
    ILogger<GapWatcher> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Longer than a producer's longest pause between two attempts to send a frame.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await postgres.WaitAsync(stoppingToken);
        var isLoaded = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isLoaded)
                    await LoadAsync(stoppingToken);
                isLoaded = true;
                await RunOnceAsync(Patience, stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or ClickHouseException or IOException)
            {
                // A store is away; nothing here is lost by waiting.
                Waiting(fault.Message);
            }

            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var (producer, next) in await repository.LoadAsync(cancellationToken))
            ledger.Settle(producer, next);
    }

    internal async Task RunOnceAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var (producer, hole) in ledger.OldHoles(patience))
        {
            var missing = hole.Count - await CountRowsAsync(producer, hole, cancellationToken);
            if (missing > 0)
                await ReportAsync(producer, hole, missing, cancellationToken);
            ledger.Settle(producer, hole.Last + 1);
        }

        foreach (var (producer, range, missing) in ledger.TakeThinFrames())
            await ReportAsync(producer, range, missing, cancellationToken);
        if (ledger.TakeProgress() is { Count: > 0 } progress)
            await repository.SaveAsync(progress, cancellationToken);
    }

    private async Task<ulong> CountRowsAsync(Producer producer, SequenceRange hole, CancellationToken cancellationToken)
    {
        var call = new ClickHouseCall
        {
            Parameters = new() { { "producer", producer.Id }, { "first", hole.First }, { "last", hole.Last } },
        };
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            SELECT uniqExact(sequence) AS rows FROM {{RowTables.Find(producer.Kind)!.Name}}
            WHERE producer_id = {producer:String} AND sequence BETWEEN {first:UInt64} AND {last:UInt64}
            """);
        await foreach (var row in clickHouse.QueryAsync(sql, GapJson.Default.RowCount, call, cancellationToken))
            return row.Rows;
        return 0;
    }

    private async Task ReportAsync(Producer producer, SequenceRange range, ulong missing, CancellationToken cancellationToken)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"gap/{producer.Id}/{(int)producer.Kind}/{range.First}");
        await platform.WriteAsync(
            token, "audit.gap", producer.Id, $"{missing} {producer.Kind} events of {range.First} to {range.Last} never arrived", cancellationToken);
        if (!await repository.RecordAsync(producer, range, missing, cancellationToken))
            return;
        metrics.Missing(producer.Kind, (long)missing);
        Found(producer.Id, producer.Kind, range.First, range.Last, missing);
    }

    [LoggerMessage(304, LogLevel.Error, "Audit gap: producer {Producer}, {Kind} events {First} to {Last}, {Missing} never arrived")]
    private partial void Found(string producer, RecordKind kind, ulong first, ulong last, ulong missing);

    [LoggerMessage(305, LogLevel.Debug, "Sequences are not saved: {Reason}")]
    private partial void Waiting(string reason);
}

internal sealed record RowCount(ulong Rows);

[JsonSerializable(typeof(RowCount))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class GapJson : JsonSerializerContext;
