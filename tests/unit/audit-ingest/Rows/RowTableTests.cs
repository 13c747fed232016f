using System.Reflection;
using System.Text.RegularExpressions;
using Google.Protobuf;
using ThinkWatch.AuditIngest.Rows;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Tests.Rows;

public sealed partial class RowTableTests
{
    [Theory]
    [InlineData(RecordKind.Gateway)]
    [InlineData(RecordKind.Mcp)]
    [InlineData(RecordKind.Audit)]
    [InlineData(RecordKind.Platform)]
    public void Columns_OfATable_AreExactlyThoseThatAreWritten(RecordKind kind)
    {
        var table = RowTables.Find(kind).ShouldNotBeNull();
        var written = table.Target[(table.Target.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(", ");
        written.ShouldBe(SchemaColumns(table.Name), ignoreOrder: true);
    }

    [Fact]
    public void Record_OfAnotherShape_IsRefused()
    {
        var frame = new Frame { Kind = RecordKind.Gateway, FirstSequence = 1, LastSequence = 1, Records = { ByteString.CopyFrom(0xff, 0xff, 0xff) } };
        using var writer = new RowBinaryWriter(16);
        Should.Throw<InvalidProtocolBufferException>(() => GatewayRows.Table.Encode(frame, writer));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("much", null)]
    [InlineData("99999999999999", null)]
    [InlineData("0", 0L)]
    [InlineData("0.00125", 1_250_000L)]
    [InlineData("-1.5", -1_500_000_000L)]
    [InlineData("1e-7", 100L)]
    [InlineData("999999999", 999_999_999_000_000_000L)]
    public void Decimal_IsNullUnlessItIsANumberThatFits(string text, long? scaled)
    {
        using var writer = new RowBinaryWriter(16);
        writer.NullableDecimal9(text);
        var bytes = writer.Written.ToArray();
        bytes[0].ShouldBe(scaled is null ? (byte)1 : (byte)0);
        if (scaled is { } expected)
            BitConverter.ToInt64(bytes, 1).ShouldBe(expected);
        bytes.Length.ShouldBe(scaled is null ? 1 : 9);
    }

    [Fact]
    public void Text_LongerThanOneLengthByte_KeepsItsUtf8Length()
    {
        using var writer = new RowBinaryWriter(1);
        writer.Text(new string('ä', 100));
        var bytes = writer.Written.ToArray();
        bytes[..2].ShouldBe([0xC8, 0x01]);
        bytes.Length.ShouldBe(202);
    }

    private static IReadOnlyList<string> SchemaColumns(string table)
    {
        var assembly = typeof(RowTables).Assembly;
        var names = assembly.GetManifestResourceNames().Where(n => n.Contains(".Schema.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        var sql = string.Concat(names.Select(n => Read(assembly, n)));
        var start = sql.IndexOf($"EXISTS {table}\n(", StringComparison.Ordinal);
        var body = sql[start..sql.IndexOf("\n)\n", start, StringComparison.Ordinal)];
        var added = AlterStatement().Matches(sql).Where(m => m.Groups["table"].Value == table).SelectMany(m => AddedColumn().Matches(m.Value));
        return
        [
            .. ColumnLine().Matches(body).Where(m => !m.Value.Contains(" ALIAS", StringComparison.Ordinal)).Select(m => m.Groups["name"].Value),
            .. added.Select(m => m.Groups["name"].Value),
        ];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^    (?<name>[a-z_]+) [A-Z].*$", RegexOptions.Multiline)]
    private static partial Regex ColumnLine();

    [GeneratedRegex("ALTER TABLE (?<table>[a-z_]+)[^;]*;")]
    private static partial Regex AlterStatement();

    [GeneratedRegex("ADD COLUMN IF NOT EXISTS (?<name>[a-z_]+)")]
    private static partial Regex AddedColumn();
}
