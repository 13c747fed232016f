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

    /// <summary>Appends a row a record, after showing each, with its place in the frame, to <paramref name="seen"/>.</summary>
    /// <returns>created_at of the last record, in Unix milliseconds.</returns>
    /// <exception cref="InvalidProtocolBufferException">A record is not a message of this kind.</exception>
    long Encode(Frame frame, RowBinaryWriter writer, Action<int, IMessage>? seen = null);
}

internal sealed record Column<T>(string Name, Action<RowBinaryWriter, T> Write);

/// <summary>A column that also has a salt and a digest: <c>name_salt</c>, <c>name_digest</c>.</summary>
internal sealed record SealedColumn<T>(string Name, Action<RowSealer, T> Seal);

/// <summary>A table whose columns name themselves beside the field they hold, so that order cannot drift.</summary>
internal sealed class RowTable<T>(string name, MessageParser<T> parser, Func<T, long> createdAt, params Column<T>[] columns) : IRowTable
    where T : IMessage<T>
{
    public string Name { get; } = name;

    /// <summary>The random bytes from which a row's salts are derived.</summary>
    public Func<T, ByteString> SaltSeed { get; init; } = static _ => ByteString.Empty;

    /// <summary>Bodies and personal fields. The order decides which salt each gets, so new ones go to the end.</summary>
    public IReadOnlyList<SealedColumn<T>> Sealed { get; init; } = [];

    public string Target => field ??= $"{Name} ({string.Join(", ", Names())})";

    public long Encode(Frame frame, RowBinaryWriter writer, Action<int, IMessage>? seen = null)
    {
        using var sealer = new RowSealer(writer);
        var sequence = frame.FirstSequence;
        long newest = 0;
        var place = 0;
        foreach (var record in frame.Records)
        {
            var message = parser.ParseFrom(record);
            seen?.Invoke(place++, message);
            foreach (var column in columns)
                column.Write(writer, message);
            if (Sealed.Count > 0)
                sealer.Begin(SaltSeed(message).Span);
            foreach (var column in Sealed)
                column.Seal(sealer, message);
            writer.Text(frame.ProducerId);
            writer.UInt64(sequence++);
            newest = createdAt(message);
        }

        return newest;
    }

    private IEnumerable<string> Names() =>
        columns.Select(static c => c.Name).Concat(Sealed.SelectMany(static c => new[] { $"{c.Name}_salt", $"{c.Name}_digest" })).Append("producer_id").Append("sequence");
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
