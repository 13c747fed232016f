using System.Collections.Frozen;
using Google.Protobuf;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Rows;

/// <summary>How the records of one kind become rows of one table.</summary>
internal interface IRowTable
{
    string Name { get; }

    /// <summary>What follows INSERT INTO: the table with its columns, in the order in which <see cref="Encode"/> writes them.</summary>
    string Target { get; }

    /// <summary>Appends a row a record.</summary>
    /// <returns>created_at of the last record, in Unix milliseconds.</returns>
    /// <exception cref="InvalidProtocolBufferException">A record is not a message of this kind.</exception>
    long Encode(Frame frame, RowBinaryWriter writer);
}

internal sealed record Column<T>(string Name, Action<RowBinaryWriter, T> Write);

/// <summary>A table whose columns name themselves beside the field they hold, so that order cannot drift.</summary>
internal sealed class RowTable<T>(string name, MessageParser<T> parser, Func<T, long> createdAt, params Column<T>[] columns) : IRowTable
    where T : IMessage<T>
{
    public string Name { get; } = name;

    public string Target { get; } = $"{name} ({string.Join(", ", columns.Select(static c => c.Name))}, producer_id, sequence)";

    public long Encode(Frame frame, RowBinaryWriter writer)
    {
        var sequence = frame.FirstSequence;
        long newest = 0;
        foreach (var record in frame.Records)
        {
            var message = parser.ParseFrom(record);
            foreach (var column in columns)
                column.Write(writer, message);
            writer.Text(frame.ProducerId);
            writer.UInt64(sequence++);
            newest = createdAt(message);
        }

        return newest;
    }
}

internal static class RowTables
{
    private static readonly FrozenDictionary<RecordKind, IRowTable> ByKind = new Dictionary<RecordKind, IRowTable>
    {
        [RecordKind.Gateway] = GatewayRows.Table,
        [RecordKind.Mcp] = McpRows.Table,
        [RecordKind.Audit] = AuditRows.Table,
        [RecordKind.Platform] = PlatformRows.Table,
    }.ToFrozenDictionary();

    public static IRowTable? Find(RecordKind kind) => ByKind.GetValueOrDefault(kind);
}
