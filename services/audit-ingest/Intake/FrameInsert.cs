using System.Globalization;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Intake;

/// <summary>
/// One frame = one INSERT of one block, with the frame's range as deduplication token. ClickHouse notes a token before the part that it
/// stands for: killed in between, it takes the repeated frame for a duplicate of rows that it does not have. So the rows of a frame that
/// was sent before are looked up, and if they are missing inserted under a token of their own.
/// </summary>
internal sealed partial class FrameInsert(IClickHouse clickHouse, TimeProvider time, ILogger<FrameInsert> log)
{
    private const int Attempts = 5;

    /// <summary>An earlier insert of the same frame may just be between its token and its part.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>A frame must stay one block and one part: the token covers a block, and a part is what is deduplicated.</summary>
    private static readonly Dictionary<string, string> InsertSettings = new(StringComparer.Ordinal)
    {
        ["input_format_parallel_parsing"] = "0",
        ["max_insert_threads"] = "1",
        ["max_threads"] = "1",
        ["max_insert_block_size"] = "1000000",
        ["min_insert_block_size_rows"] = "1000000",
        ["min_insert_block_size_bytes"] = "1073741824",
        // The first merge builds them, once for many frames; until then a search reads the young parts without an index.
        ["materialize_skip_indexes_on_insert"] = "0",
    };

    /// <summary>True when the rows are there. Throws <see cref="ClickHouseException"/> when it cannot be said.</summary>
    public async Task<bool> TryAsync(Frame frame, IRowTable table, string token, ReadOnlyMemory<byte> rows, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var call = new ClickHouseCall { DeduplicationToken = attempt == 1 ? token : $"{token}/{attempt}", Settings = InsertSettings };
            await clickHouse.InsertAsync(table.Target, "RowBinary", rows, call, cancellationToken);
            if (!frame.Resent || await HoldsAsync(frame, table, cancellationToken))
                return true;
            await Task.Delay(Grace, time, cancellationToken);
            if (await HoldsAsync(frame, table, cancellationToken))
                return true;
            Missing(frame.Kind, frame.FirstSequence, frame.LastSequence, frame.ProducerId, attempt);
        }

        return false;
    }

    private async Task<bool> HoldsAsync(Frame frame, IRowTable table, CancellationToken cancellationToken)
    {
        // created_at spares the partitions of other days.
        var sql = $"SELECT count() FROM {table.Name} WHERE producer_id = {{producer:String}} AND sequence BETWEEN {{first:UInt64}} AND {{last:UInt64}}"
            + " AND toDate(created_at) = {day:Date}";
        var call = new ClickHouseCall
        {
            Parameters = new() { { "producer", frame.ProducerId }, { "first", frame.FirstSequence }, { "last", frame.LastSequence }, { "day", frame.Partition } },
        };
        await using var answer = await clickHouse.StreamAsync(sql, "TabSeparated", call, cancellationToken);
        using var text = new MemoryStream();
        await answer.CopyToAsync(text, cancellationToken);
        return int.Parse(text.ToArray(), CultureInfo.InvariantCulture) >= frame.Records.Count;
    }

    [LoggerMessage(305, LogLevel.Warning, "{Kind} events {First} to {Last} of {Producer} are known to ClickHouse but not there (insert {Attempt}); inserting them again")]
    private partial void Missing(RecordKind kind, ulong first, ulong last, string producer, int attempt);
}
