using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ThinkWatch.AuditIngest;
using ThinkWatch.AuditIngest.Gaps;
using ThinkWatch.AuditIngest.Intake;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Postgres;

namespace ThinkWatch.Integration.Tests.Audit;

/// <summary>A number that never arrives is reported once; one that did arrive is not, even when the notes about it were lost.</summary>
public sealed class GapTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task Hole_WhoseRowsAreNotInClickHouse_IsReportedOnce()
    {
        await SendAsync(1, 5);
        await SendAsync(11, 15);
        await using var database = NpgsqlDataSource.Create(fixture.Database + ";Search Path=audit");
        using var metrics = new IngestMetrics();
        var ledger = new SequenceLedger(TimeProvider.System);
        using var watcher = new GapWatcher(
            ledger, new GapRepository(database), new PostgresReady(), fixture.ClickHouse.Client, new PlatformRow(fixture.ClickHouse.Client, TimeProvider.System), metrics,
            NullLogger<GapWatcher>.Instance);

        // As after a restart that lost every note: only the newest frame was seen by this process.
        ledger.Received(ExactlyOnceTests.Frame("gappy", 16, 20, "org-gap"));
        await SendAsync(16, 20);
        await watcher.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);
        await watcher.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);

        await using var command = database.CreateCommand("SELECT first_sequence || '-' || last_sequence || ':' || missing FROM gaps WHERE producer_id = 'gappy'");
        (await command.ExecuteScalarAsync()).ShouldBe("1-15:5");
        (await fixture.ClickHouse.CountAsync("SELECT count() FROM platform_logs WHERE kind = 'audit.gap' AND subject = 'gappy'")).ShouldBe(1);
        await using var next = database.CreateCommand("SELECT max(next_sequence) FROM producers WHERE producer_id = 'gappy'");
        (await next.ExecuteScalarAsync()).ShouldBe(21L);

        // Everything below is known to have arrived: nothing is reported.
        var later = new SequenceLedger(TimeProvider.System);
        later.Received(ExactlyOnceTests.Frame("complete", 6, 10, "org-gap"));
        await SendAsync(1, 5, "complete");
        await SendAsync(6, 10, "complete");
        using var second = new GapWatcher(
            later, new GapRepository(database), new PostgresReady(), fixture.ClickHouse.Client, new PlatformRow(fixture.ClickHouse.Client, TimeProvider.System), metrics,
            NullLogger<GapWatcher>.Instance);
        await second.RunOnceAsync(TimeSpan.Zero, CancellationToken.None);
        await using var none = database.CreateCommand("SELECT count(*) FROM gaps WHERE producer_id = 'complete'");
        (await none.ExecuteScalarAsync()).ShouldBe(0L);
    }

    private async Task SendAsync(ulong first, ulong last, string producer = "gappy")
    {
        using var call = fixture.Wire.Ship(deadline: DateTime.UtcNow.AddSeconds(30));
        await call.RequestStream.WriteAsync(ExactlyOnceTests.Frame(producer, first, last, "org-gap"));
        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        call.ResponseStream.Current.Accepted.ShouldBeTrue();
    }
}
