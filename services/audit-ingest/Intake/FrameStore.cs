using System.Globalization;
using Google.Protobuf;
using ThinkWatch.AuditIngest.Gaps;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.AuditIngest.Settlement;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AuditIngest.Intake;

/// <summary>
/// A frame becomes the rows of one table, or is refused for good and reported: however often it arrives, its rows are there once. Any
/// number of frames at once; the caller bounds them.
/// </summary>
internal sealed partial class FrameStore(
    FrameInsert insert, SchemaState schema, SequenceLedger sequences, UnsettledCalls unsettled, PlatformRow platform, IngestMetrics metrics, TimeProvider time, ILogger<FrameStore> log)
{
    private const int UnknownTable = 60;
    private const int UnknownDatabase = 81;

    // ClickHouse's own words for data that it cannot read: repeating the frame cannot help.
    private static readonly HashSet<int> DataFaults = [6, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 131, 349];

    /// <summary>The acknowledgement to send. Throws <see cref="ClickHouseException"/> when the frame must come again later.</summary>
    public async Task<FrameAck> StoreAsync(Frame frame, CancellationToken cancellationToken)
    {
        if (!schema.IsApplied)
            throw new ClickHouseException(0, "the tables of ClickHouse are not there yet");
        if (Fault(frame) is { } fault)
            return await RefuseAsync(frame, fault, cancellationToken);
        var table = RowTables.Find(frame.Kind)!;
        using var rows = new RowBinaryWriter(RowSpace(frame));
        long newest;
        var waiting = new List<SettleRequest>();
        var unanswered = frame.Unsettled.ToHashSet();
        try
        {
            newest = table.Encode(frame, rows, frame.Kind == RecordKind.Gateway ? (place, record) => LateSettlement.Collect((GatewayCall)record, unanswered.Contains((uint)place), waiting) : null);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            return await RefuseAsync(frame, $"a record is malformed: {malformed.Message}", cancellationToken);
        }

        if (await InsertAsync(frame, table, rows, cancellationToken) is { } refusal)
            return refusal;
        await unsettled.KeepAsync(waiting, cancellationToken);
        sequences.Received(frame);
        metrics.Stored(frame.Kind, frame.Records.Count);
        metrics.Lag(time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(newest));
        return Answer(frame, accepted: true);
    }

    internal static string Token(Frame frame) => string.Create(
        CultureInfo.InvariantCulture, $"{frame.ProducerId}/{(int)frame.Kind}/{frame.FirstSequence}-{frame.LastSequence}");

    private static FrameAck Answer(Frame frame, bool accepted) => new()
    {
        ProducerId = frame.ProducerId,
        Kind = frame.Kind,
        FirstSequence = frame.FirstSequence,
        LastSequence = frame.LastSequence,
        Accepted = accepted,
    };

    private static string? Fault(Frame frame)
    {
        if (RowTables.Find(frame.Kind) is null)
            return $"there is no table for kind {(int)frame.Kind}";
        if (frame.ProducerId.Length is 0 or > 200)
            return "producer_id is missing or too long";
        if (frame.FirstSequence == 0 || frame.LastSequence < frame.FirstSequence)
            return "the sequence range is malformed";
        if (frame.Resent && !DateOnly.TryParseExact(frame.Partition, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return "partition is not a day, and a frame that comes again is looked up by it";
        if (frame.Records.Count == 0)
            return "there are no records";
        return (ulong)frame.Records.Count > frame.LastSequence - frame.FirstSequence + 1 ? "there are more records than sequence numbers" : null;
    }

    private static int RowSpace(Frame frame)
    {
        const int columnsOfARow = 700;
        var bytes = 0;
        foreach (var record in frame.Records)
            bytes += record.Length;
        return bytes + frame.Records.Count * columnsOfARow;
    }

    private async Task<FrameAck?> InsertAsync(Frame frame, IRowTable table, RowBinaryWriter rows, CancellationToken cancellationToken)
    {
        try
        {
            return await insert.TryAsync(frame, table, Token(frame), rows.Written, cancellationToken)
                ? null
                : await RefuseAsync(frame, "ClickHouse took the rows time and again and does not have them", cancellationToken);
        }
        catch (ClickHouseException fault) when (fault.Code is UnknownTable or UnknownDatabase)
        {
            schema.Lose();
            throw;
        }
        catch (ClickHouseException fault) when (DataFaults.Contains(fault.Code))
        {
            return await RefuseAsync(frame, fault.Message, cancellationToken);
        }
    }

    private async Task<FrameAck> RefuseAsync(Frame frame, string error, CancellationToken cancellationToken)
    {
        Refused(frame.ProducerId, frame.Kind, frame.FirstSequence, frame.LastSequence, error);
        await platform.WriteAsync(
            Token(frame) + "/refused",
            "audit.frame_refused",
            frame.ProducerId,
            $"{frame.Kind} events {frame.FirstSequence} to {frame.LastSequence} were refused: {error}",
            cancellationToken);
        metrics.Refused(frame.Kind, frame.Records.Count);
        // Refused is not lost: the producer keeps the frame.
        sequences.Received(frame);
        var answer = Answer(frame, accepted: false);
        answer.Error = error;
        return answer;
    }

    [LoggerMessage(302, LogLevel.Error, "Refused {Kind} events {First} to {Last} of producer {Producer} for good: {Reason}")]
    private partial void Refused(string producer, RecordKind kind, ulong first, ulong last, string reason);
}
