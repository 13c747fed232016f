using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using FsCheck;
using FsCheck.Fluent;
using ThinkWatch.ClickHouse;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class ClickHouseClientTests : IClassFixture<ClickHouseServer>
{
    private readonly ClickHouseServer _server;
    private readonly ClickHouseClient _client;
    private readonly string _table = "t_" + Guid.NewGuid().ToString("N");

    public ClickHouseClientTests(ClickHouseServer server)
    {
        _server = server;
        _client = Connect("default");
    }

    public static TheoryData<string> Texts => new(
        "plain", "", "it's \"quoted\" `here`", @"back\slash \N \t \' \\", "tab\tline\nreturn\rnul\0bell\b\f", "漢字 é 🦊 \u202e", "'; DROP TABLE t; --", "%20+&=?#;{a:String}");

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Parameter_OfAnyText_ArrivesAsItIs(string text)
    {
        var row = await OneAsync("SELECT hex({s:String}) AS text, arrayMap(x -> hex(x), {a:Array(String)}) AS texts", new() { { "s", text }, { "a", new[] { text, "", text } } });
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(text));
        row.Text.ShouldBe(hex);
        row.Texts.ShouldBe([hex, "", hex]);
    }

    [Fact]
    public async Task Parameter_OfRandomText_ArrivesAsItIs()
    {
        // One statement for many samples: the property is of the encoding, not of the connection.
        var samples = Gen.Sample(ArbMap.Default.GeneratorFor<UnicodeString>(), 400).Select(s => s.Get).Where(IsWellFormed).ToArray();
        var row = await OneAsync("SELECT arrayMap(x -> hex(x), {a:Array(String)}) AS texts", new() { { "a", samples } });
        row.Texts.ShouldBe(samples.Select(s => Convert.ToHexString(Encoding.UTF8.GetBytes(s))));
        samples.Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Parameter_OfEveryKind_ArrivesAsItIs()
    {
        var instant = new DateTimeOffset(2026, 11, 22, 3, 4, 5, 678, TimeSpan.FromHours(2));
        var id = Guid.CreateVersion7();
        var row = await OneAsync(
            """
            SELECT concat(toString({i:Int64}), ' ', toString({d:Decimal(18, 4)}), ' ', toString({b:Bool}), ' ', toString({g:UUID}), ' ', toString({day:Date}), ' ',
              toString({at:DateTime64(3)}), ' ', toString({n:Nullable(String)} IS NULL), ' ', toString({f:Float64}), ' ', toString({ids:Array(UUID)}), toString({nested:Array(Array(Int32))})) AS text
            """,
            new()
            {
                { "i", long.MinValue }, { "d", 12.3456m }, { "b", true }, { "g", id }, { "day", new DateOnly(2026, 2, 3) }, { "at", instant }, { "n", null }, { "f", 0.1 },
                { "ids", new[] { id } }, { "nested", new[] { new[] { 1, 2 }, [] } },
            });
        row.Text.ShouldBe($"-9223372036854775808 12.3456 true {id} 2026-02-03 2026-11-22 01:04:05.678 1 0.1 ['{id}'][[1,2],[]]");
        Should.Throw<ArgumentException>(() => new ClickHouseParameters { { "x y", 1 } });
        Should.Throw<ArgumentException>(() => new ClickHouseParameters { { "x", new DateTime(2026, 1, 1) } });
    }

    [Fact]
    public async Task Query_OfManyRows_StreamsThemTyped()
    {
        var sum = 0UL;
        var rows = 0;
        await foreach (var row in _client.QueryAsync(
            "SELECT number AS id, toDateTime64('2026-01-02 03:04:05.678', 3) AS at, toDecimal64(1.25, 9) AS cost, repeat('é', 50) AS text FROM numbers(200000)", TestJson.Default.TestRow))
        {
            sum += row.Id;
            rows++;
            if (rows == 1)
                (row.At, row.Cost, row.Text).ShouldBe((new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), 1.25m, new string('é', 50)));
        }

        (rows, sum).ShouldBe((200000, 19999900000UL));
    }

    [Fact]
    public async Task Query_OfBrokenUtf8AndLargeIntegers_StaysReadable()
    {
        var row = await OneAsync("SELECT 18446744073709551615 AS id, unhex('61FF62') AS text", []);
        (row.Id, row.Text).ShouldBe((ulong.MaxValue, "a\uFFFDb"));
    }

    [Fact]
    public async Task Query_FailingAfterRows_ThrowsTheErrorFromTheEnumerator()
    {
        var rows = 0;
        var failure = await Should.ThrowAsync<ClickHouseException>(async () =>
        {
            await foreach (var _ in _client.QueryAsync(
                "SELECT number AS id, toString(throwIf(number = 3000000)) AS text FROM numbers(3100000) SETTINGS max_threads = 1", TestJson.Default.TestRow))
            {
                rows++;
            }
        });
        (failure.Code, failure.Name).ShouldBe((395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"));
        rows.ShouldBeGreaterThan(0);

        await using var export = await _client.StreamAsync("SELECT throwIf(number = 3000000) FROM numbers(3100000)", "CSV");
        (await Should.ThrowAsync<ClickHouseException>(() => export.CopyToAsync(Stream.Null))).Code.ShouldBe(395);
    }

    [Fact]
    public async Task Error_OfTheServer_KeepsValuesOutOfItsMessage()
    {
        var failure = await Should.ThrowAsync<ClickHouseException>(() => _client.ExecuteAsync(
            "SELECT toUInt8({s:String})", new ClickHouseCall { Parameters = new() { { "s", "tw-secret" } } }));
        (failure.Code, failure.Name, failure.IsTransient).ShouldBe((6, "CANNOT_PARSE_TEXT", false));
        failure.ToString().ShouldNotContain("tw-secret");
        failure.ServerMessageSensitive.ShouldContain("tw-secret");

        var unknown = await Should.ThrowAsync<ClickHouseException>(() => _client.InsertAsync("nowhere", "JSONEachRow", "{}"u8.ToArray()));
        (unknown.Code, unknown.Message).ShouldBe((60, "ClickHouse error 60 (UNKNOWN_TABLE): Table default.nowhere does not exist. (UNKNOWN_TABLE) (version 26.5.1.1)"));
    }

    [Fact]
    public async Task Insert_WithAToken_IsRepeatable()
    {
        await CreateAsync();
        foreach (var compression in new[] { false, true })
        {
            for (var repeat = 0; repeat < 3; repeat++)
            {
                await _client.InsertAsync(
                    $"{_table} (id, at, text)", "JSONEachRow",
                    async (writer, ct) =>
                    {
                        for (var i = 0; i < 5000; i++)
                            writer.Write(Encoding.UTF8.GetBytes($"{{\"id\":{i},\"at\":\"2026-01-02T03:04:05.678Z\",\"text\":\"{new string('x', 300)}\\n\\n;\"}}\n"));
                        await writer.FlushAsync(ct);
                    },
                    new ClickHouseCall { DeduplicationToken = $"frame-{compression}", Compression = compression });
            }
        }

        var row = await OneAsync($"SELECT count() AS id, min(at) AS at, any(right(text, 3)) AS text FROM {_table}", []);
        row.Id.ShouldBe(10000UL);
        row.At.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        row.Text.ShouldBe("\n\n;");
    }

    [Fact]
    public async Task Insert_OfRowBinary_TellsWhatItWrote()
    {
        await CreateAsync();
        var summary = await _client.InsertAsync($"{_table} (id, text)", "RowBinary", new byte[] { 10, 10, 59, 0, 0, 0, 0, 0, 3, 10, 0, 10 });
        summary.WrittenRows.ShouldBe(1);
        (await OneAsync($"SELECT id, hex(text) AS text FROM {_table}", [])).ShouldBe(new TestRow(3869194, default, 0, "0A000A", null));
    }

    [Fact]
    public async Task Stream_OfAnExport_CopiesAllOfIt()
    {
        await using var export = await _client.StreamAsync("SELECT number, 'ß' AS s FROM numbers(150000)", "CSVWithNames", new ClickHouseCall { Compression = true });
        using var copy = new MemoryStream();
        await export.CopyToAsync(copy);
        var lines = Encoding.UTF8.GetString(copy.ToArray()).Split('\n');
        (lines.Length, lines[0], lines[^2]).ShouldBe((150002, "\"number\",\"s\"", "149999,\"ß\""));
    }

    [Fact]
    public async Task Call_PastItsDeadline_EndsThereAndSaysSo()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var failure = await Should.ThrowAsync<ClickHouseException>(() => _client.ExecuteAsync(
            "SELECT count() FROM numbers(1e13) WHERE sipHash64(number) = 5", new ClickHouseCall { Deadline = TimeSpan.FromMilliseconds(300) }));
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
        (failure.Code, failure.IsTransient).ShouldBe((0, true));
        failure.Message.ShouldContain("0.3 s");
        using var leave = new CancellationTokenSource(200);
        await Should.ThrowAsync<OperationCanceledException>(() => _client.ExecuteAsync("SELECT sleep(3)", cancellationToken: leave.Token));
    }

    [Fact]
    public async Task Call_ToNobody_IsTransientAndNamesTheAddress()
    {
        using var http = new HttpClient(ClickHouseClient.CreateHandler());
        var client = new ClickHouseClient(http, ClickHouseOptions.Parse("Host=127.0.0.1;Port=1;Password=hunter2"));
        var failure = await Should.ThrowAsync<ClickHouseException>(() => client.PingAsync());
        (failure.Code, failure.IsTransient).ShouldBe((0, true));
        failure.Message.ShouldContain("127.0.0.1:1");
        failure.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Migrator_AppliesEachOnceAndNoticesChanges()
    {
        var client = Connect("m_" + Guid.NewGuid().ToString("N"));
        var migrator = new ClickHouseMigrator(client);
        List<(string, string)> scripts = [("0001_a", "CREATE TABLE IF NOT EXISTS a (id UInt64) ENGINE = MergeTree ORDER BY id; INSERT INTO a SELECT 1;")];
        (await migrator.ApplyAsync("x", scripts, default)).ShouldBe(["0001_a"]);
        scripts.Add(("0002_b", "ALTER TABLE a ADD COLUMN IF NOT EXISTS b String DEFAULT ';'"));
        (await migrator.ApplyAsync("x", scripts, default)).ShouldBe(["0002_b"]);
        (await migrator.ApplyAsync("x", scripts, default)).ShouldBeEmpty();
        (await migrator.ApplyAsync("y", [("0001_a", "SELECT 1")], default)).ShouldBe(["0001_a"]);
        await foreach (var row in client.QueryAsync("SELECT sum(id) AS id, any(b) AS text FROM a", TestJson.Default.TestRow))
            (row.Id, row.Text).ShouldBe((1UL, ";"));
        scripts[0] = ("0001_a", "SELECT 2");
        (await Should.ThrowAsync<InvalidOperationException>(() => migrator.ApplyAsync("x", scripts, default))).Message.ShouldContain("x/0001_a");
        await Should.ThrowAsync<InvalidOperationException>(() => migrator.ApplyAsync("x", typeof(IClickHouse).Assembly, "Schema"));
    }

    private ClickHouseClient Connect(string database) =>
        new(_server.Http, ClickHouseOptions.Parse($"Host=127.0.0.1;Port={_server.Port};Database={database}"));

    private async Task CreateAsync() => await _client.ExecuteAsync(
        $"CREATE TABLE {_table} (id UInt64, at DateTime64(3, 'UTC'), text String) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100");

    private async Task<TestRow> OneAsync(string sql, ClickHouseParameters parameters)
    {
        TestRow? one = null;
        await foreach (var row in _client.QueryAsync(sql, TestJson.Default.TestRow, new ClickHouseCall { Parameters = parameters }))
        {
            one.ShouldBeNull("one row was expected");
            one = row;
        }

        return one.ShouldNotBeNull();
    }

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}

internal sealed record TestRow(ulong Id, DateTimeOffset At, decimal Cost, string? Text, string[]? Texts);

[JsonSerializable(typeof(TestRow))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class TestJson : JsonSerializerContext;
