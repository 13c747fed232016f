using Google.Protobuf;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Intake;

/// <summary>Writes what ingest itself has to say into platform_logs. The token makes saying it twice one row.</summary>
internal sealed class PlatformRow(IClickHouse clickHouse, TimeProvider time)
{
    public async Task WriteAsync(string token, string kind, string subject, string message, CancellationToken cancellationToken)
    {
        var frame = new Frame { ProducerId = "audit-ingest", Kind = RecordKind.Platform };
        frame.Records.Add(new PlatformEvent
        {
            Id = Guid.CreateVersion7().ToString(),
            CreatedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Kind = kind,
            Subject = subject,
            Severity = "error",
            Message = message,
        }.ToByteString());
        using var rows = new RowBinaryWriter(1024);
        PlatformRows.Table.Encode(frame, rows);
        await clickHouse.InsertAsync(
            PlatformRows.Table.Target, "RowBinary", rows.Written, new ClickHouseCall { DeduplicationToken = token }, cancellationToken);
    }
}
