using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class HttpInterfaceTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    private readonly string _table = "t_" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Select_InUrlBodyOrBoth_Answers()
    {
        (await server.Http.GetStringAsync(new Uri(server.Address, "?query=SELECT%201"))).ShouldBe("1\n");
        (await server.RunAsync("SELECT 1 AS x FORMAT JSONEachRow")).ShouldBe("{\"x\":1}\n");
        (await server.RunAsync("SELECT", body: new StringContent("1 + 1"))).ShouldBe("2\n");
        (await server.RunAsync("SELECT 1 AS x", "default_format=CSVWithNames")).ShouldBe("\"x\"\n1\n");
        (await server.Http.GetStringAsync(server.Address)).ShouldBe("Ok.\n");
        (await server.Http.GetStringAsync(new Uri(server.Address, "ping"))).ShouldBe("Ok.\n");
        (await server.Http.GetStringAsync(new Uri(server.Address, "replicas_status"))).ShouldBe("Ok.\n");
    }

    [Theory]
    [InlineData("SELEC 1", "", 400, 62)]
    [InlineData("SELECT 1; SELECT 2", "", 400, 62)]
    [InlineData("SELECT * FROM nowhere", "", 404, 60)]
    [InlineData("SELECT 1", "database=nowhere", 404, 81)]
    [InlineData("SELECT 1", "no_such_setting=1", 404, 115)]
    [InlineData("SELECT unknown_column", "", 404, 47)]
    [InlineData("SELECT throwIf(1)", "", 500, 395)]
    [InlineData("SELECT {a:String}", "", 400, 456)]
    [InlineData("SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 3", "max_execution_time=1", 408, 159)]
    [InlineData("SELECT length(groupArray(number)) FROM numbers(1e9)", "max_memory_usage=50000000", 500, 241)]
    public async Task Error_OfTheEngine_HasItsStatusCodeAndText(string sql, string url, int status, int code)
    {
        using var response = await server.SendAsync(sql, url);
        ((int)response.StatusCode).ShouldBe(status);
        response.Headers.GetValues("X-ClickHouse-Exception-Code").ShouldBe([code.ToString()]);
        (await response.Content.ReadAsStringAsync()).ShouldStartWith($"Code: {code}. DB::Exception: ");
    }

    [Fact]
    public async Task Get_OfAWrite_IsRefused()
    {
        using var response = await server.Http.GetAsync(new Uri(server.Address, "?query=CREATE%20DATABASE%20byget"));
        response.Headers.GetValues("X-ClickHouse-Exception-Code").ShouldBe(["164"]);
        (await server.RunAsync("SELECT count() FROM system.databases WHERE name = 'byget'")).ShouldBe("0\n");
    }

    public static TheoryData<string, byte[], int> NastyRows => new()
    {
        { "JSONEachRow", Encoding.UTF8.GetBytes("{\"id\":1,\"s\":\"a\"}\n\n\n{\"id\":2,\"s\":\"; DROP TABLE t;\\n\\n\"}\n\n"), 2 },
        { "CSV", "1,\"a\n\nb;\"\n2,\"\n;\n\"\n"u8.ToArray(), 2 },
        { "Values", "(1,'a\n\nb;'),(2,concat('x',';'))"u8.ToArray(), 2 },
        { "RowBinary", [10, 10, 10, 0, 0, 0, 0, 0, 3, 10, 10, 59, 59, 59, 0, 0, 0, 0, 0, 0, 2, 0, 39], 2 },
        { "RowBinary", [9, 32, 0, 0, 0, 0, 0, 0, 0], 1 },
        { "JSONEachRow", [], 0 },
    };

    [Theory]
    [MemberData(nameof(NastyRows))]
    public async Task Insert_OfAnyBytes_BringsEveryRow(string format, byte[] rows, int count)
    {
        await CreateAsync();
        var insert = $"INSERT INTO {_table} (id, s) FORMAT {format}";
        using var byUrl = await server.SendAsync(insert, "deduplicate_insert=disable", new ByteArrayContent(rows));
        byUrl.StatusCode.ShouldBe(HttpStatusCode.OK, await byUrl.Content.ReadAsStringAsync());
        Summary(byUrl).GetProperty("written_rows").GetString().ShouldBe(count.ToString());
        using var inBody = await server.Http.PostAsync(
            new Uri(server.Address, "?deduplicate_insert=disable"), new ByteArrayContent([.. Encoding.UTF8.GetBytes(insert + "\n"), .. rows]));
        inBody.StatusCode.ShouldBe(HttpStatusCode.OK, await inBody.Content.ReadAsStringAsync());
        using var gzip = Gzip(rows);
        await server.RunAsync(insert, "deduplicate_insert=disable", gzip);
        (await server.RunAsync($"SELECT count(), countDistinct(id, s) FROM {_table}")).ShouldBe($"{3 * count}\t{count}\n");
        // What came in goes out: binary output is the same bytes again.
        if (format == "RowBinary")
        {
            using var back = await server.SendAsync($"SELECT id, s FROM {_table} GROUP BY id, s ORDER BY id DESC FORMAT RowBinary");
            (await back.Content.ReadAsByteArrayAsync()).ShouldBe(rows);
        }
    }

    [Fact]
    public async Task Insert_OfAMalformedRow_InsertsNothing()
    {
        await CreateAsync();
        using var response = await server.SendAsync($"INSERT INTO {_table} FORMAT JSONEachRow", "", new StringContent($"{{\"id\":1}}\n\nDROP TABLE {_table}\n"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("/proc/");
        (await server.RunAsync($"SELECT count() FROM {_table}")).ShouldBe("0\n");
    }

    [Fact]
    public async Task Insert_LargerThanTheLimit_IsRefusedAndServerLivesOn()
    {
        await CreateAsync();
        using var gzip = Gzip(new byte[300 * 1024 * 1024]);
        using var response = await server.SendAsync($"INSERT INTO {_table} FORMAT RowBinary", "", gzip);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await server.RunAsync("SELECT 1")).ShouldBe("1\n");
    }

    [Fact]
    public async Task Parameters_OfAnyText_AreBound()
    {
        var url = "param_s=" + Uri.EscapeDataString(@"it's \t \\ \0 é") + "&param_a=" + Uri.EscapeDataString("[1,2]") + "&param_n=" + Uri.EscapeDataString(@"\N");
        (await server.RunAsync("SELECT hex({s:String}), {a:Array(UInt8)}, {n:Nullable(String)} IS NULL", url))
            .ShouldBe(Convert.ToHexString("it's \t \\ \0 é"u8) + "\t[1,2]\t1\n");
    }

    [Fact]
    public async Task Settings_OfARequest_EndWithIt()
    {
        (await server.RunAsync("SELECT getSetting('max_threads')", "max_threads=3")).ShouldBe("3\n");
        await server.RunAsync("SET max_threads = 5");
        await server.RunAsync("USE system");
        using (var failed = await server.SendAsync("SELECT 1", "max_threads=7&no_such_setting=1"))
            failed.IsSuccessStatusCode.ShouldBeFalse();
        // More statements than sessions, at once, so that every session is asked.
        var asked = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ =>
            server.RunAsync("SELECT getSetting('max_threads') IN (3, 5, 7), currentDatabase(), sleep(0.05)")));
        asked.Distinct().ShouldBe(["0\tdefault\t0\n"]);
    }

    [Fact]
    public async Task Requests_AtOnce_RunInParallelAndStayApart()
    {
        await CreateAsync();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.RunAsync("SELECT sleep(1)")));
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4)); // one after the other would be six

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            await server.RunAsync($"INSERT INTO {_table} FORMAT JSONEachRow", "", new StringContent($"{{\"id\":{i},\"s\":\"x\"}}"));
            (await server.RunAsync($"SELECT {{p:UInt64}} FROM {_table} WHERE id = {{p:UInt64}}", $"param_p={i}")).ShouldBe($"{i}\n");
        }));
        (await server.RunAsync($"SELECT count() FROM {_table}")).ShouldBe("64\n");
    }

    [Theory]
    [InlineData("CSVWithNames", 1)]
    [InlineData("TabSeparatedWithNamesAndTypes", 2)]
    [InlineData("JSONEachRow", 0)]
    [InlineData("JSON", -1)]
    public async Task Result_OfManyChunks_IsOneDocument(string format, int headers)
    {
        var text = await server.RunAsync($"SELECT number AS \"n\nm\" FROM numbers(300000) FORMAT {format}");
        if (headers < 0)
        {
            using var document = JsonDocument.Parse(text);
            document.RootElement.GetProperty("data").GetArrayLength().ShouldBe(300000);
            return;
        }

        // A quoted line end in the column's name is one more line of CSV.
        text.Count(c => c == '\n').ShouldBe(300000 + headers + (format.StartsWith("CSV", StringComparison.Ordinal) ? 1 : 0));
        text.ShouldContain("299999");
    }

    [Fact]
    public async Task Error_AfterTheFirstRows_EndsTheBodyWithIt()
    {
        using var response = await server.SendAsync("SELECT throwIf(number = 3000000) FROM numbers(3100000) SETTINGS max_threads = 1");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var tag = response.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        (await response.Content.ReadAsStringAsync()).ShouldMatch($"(?s)\r\n__exception__\r\n{tag}\r\nCode: 395.*{tag}\r\n__exception__\r\n$");
    }

    [Fact]
    public async Task Reader_Gone_StopsItsStatement()
    {
        using var leave = new CancellationTokenSource();
        var reading = server.Http.PostAsync(server.Address, new StringContent("SELECT count() FROM numbers(1e13) WHERE sipHash64(number) = 5"), leave.Token);
        const string Running = "SELECT count() FROM system.processes WHERE query LIKE '%numbers(1e13)%' AND query NOT LIKE '%processes%'";
        await EventuallyAsync(Running, "1\n");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(reading);
        await EventuallyAsync(Running, "0\n");
    }

    [Fact]
    public async Task Result_Compressed_OnlyWhenAsked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "?enable_http_compression=1")) { Content = new StringContent("SELECT repeat('a', 100000)") };
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = await server.Http.SendAsync(request);
        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        (await reader.ReadToEndAsync()).ShouldBe(new string('a', 100000) + "\n");
        using var bare = await server.SendAsync("SELECT 1");
        bare.Content.Headers.ContentEncoding.ShouldBeEmpty();
        Summary(bare).GetProperty("result_rows").GetString().ShouldBe("1");
    }

    [Fact]
    public async Task Page_InABrowser_IsRefusedWithoutAPassword()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new StringContent("SELECT 1") };
        request.Headers.Add("Origin", "http://evil.example");
        using var response = await server.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task CreateAsync() => await server.RunAsync(
        $"CREATE TABLE {_table} (id UInt64, s String) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100");

    private async Task EventuallyAsync(string sql, string expected)
    {
        var patience = Stopwatch.StartNew();
        string seen;
        while ((seen = await server.RunAsync(sql)) != expected && patience.Elapsed < TimeSpan.FromSeconds(10))
            await Task.Delay(50);
        seen.ShouldBe(expected);
    }

    private static JsonElement Summary(HttpResponseMessage response) =>
        JsonDocument.Parse(response.Headers.GetValues("X-ClickHouse-Summary").Single()).RootElement;

    private static ByteArrayContent Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return new ByteArrayContent(packed.ToArray()) { Headers = { { "Content-Encoding", "gzip" } } };
    }
}
