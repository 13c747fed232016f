using System.Diagnostics;
using System.Net;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class DurabilityTests
{
    [Fact]
    public async Task Kill_DuringInserts_KeepsEveryAnsweredRowOnceWithItsRollup()
    {
        await using var server = new ClickHouseServer();
        await server.StartAsync();
        await server.RunAsync("CREATE TABLE rows (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000");
        await server.RunAsync("CREATE TABLE rollup (day UInt8, n UInt64) ENGINE = SummingMergeTree ORDER BY day SETTINGS non_replicated_deduplication_window = 1000");
        await server.RunAsync("CREATE MATERIALIZED VIEW feed TO rollup AS SELECT 1 AS day, count() AS n FROM rows GROUP BY day");

        // Each frame is repeated until it is answered, as ingest does; the server is killed three times meanwhile.
        var repeats = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var frame = 0; frame < 40; frame++)
            {
                for (var repeat = 0; !await TryInsertAsync(server, writer, frame, repeat); repeat++)
                    Interlocked.Increment(ref repeats);
            }
        })));
        for (var kill = 0; kill < 3 && !writing.IsCompleted; kill++)
        {
            await Task.Delay(150);
            await server.KillAsync();
            await server.StartAsync();
        }

        await writing.WaitAsync(TimeSpan.FromSeconds(60));
        repeats.ShouldBeGreaterThan(0);
        (await server.RunAsync("SELECT count(), uniqExact(id) FROM rows")).ShouldBe("1600\t1600\n");
        (await server.RunAsync("SELECT sum(n) FROM rollup")).ShouldBe("1600\n");

        // And a repeat of all of it after one more restart changes nothing: the tokens are as durable as the rows.
        await server.KillAsync();
        await server.StartAsync();
        for (var frame = 0; frame < 40; frame++)
            (await TryInsertAsync(server, 2, frame)).ShouldBeTrue();
        (await server.RunAsync("SELECT count() FROM rows")).ShouldBe("1600\n");
    }

    [Fact]
    public async Task Terminate_WhileBusy_EndsCleanlyAndDataIsThereAgain()
    {
        await using var server = new ClickHouseServer();
        await server.StartAsync();
        await server.RunAsync("CREATE DATABASE thinkwatch");
        await server.RunAsync("CREATE TABLE kept (id UInt64) ENGINE = MergeTree ORDER BY id", "database=thinkwatch");
        await server.RunAsync("INSERT INTO kept SELECT number FROM numbers(1000)", "database=thinkwatch");
        var busy = server.SendAsync("SELECT count() FROM numbers(1e13) WHERE sipHash64(number) = 5");
        await Task.Delay(300);
        var clock = Stopwatch.StartNew();
        (await server.TerminateAsync()).ShouldBe(0, server.Log);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(9), "a statement without end must not hold the server for the whole grace period");
        server.Log.ShouldContain("Engine closed");
        await busy.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        await server.StartAsync();
        (await server.RunAsync("SELECT count() FROM kept", "database=thinkwatch")).ShouldBe("1000\n");
    }

    [Fact]
    public async Task Drop_WithSync_ReturnsAndItsFilesGoAtTheNextStart()
    {
        await using var server = new ClickHouseServer();
        await server.StartAsync();
        await server.RunAsync("CREATE DATABASE d");
        await server.RunAsync("CREATE TABLE d.t (s String) ENGINE = MergeTree ORDER BY tuple()");
        await server.RunAsync("INSERT INTO d.t SELECT randomString(1000) FROM numbers(2000)");
        await server.RunAsync("DROP TABLE d.t SYNC");
        await server.RunAsync("CREATE TABLE d.t (a UInt8) ENGINE = MergeTree ORDER BY a");
        (await server.TerminateAsync()).ShouldBe(0);
        await server.StartAsync();
        Directory.EnumerateFiles(server.DataDirectory, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length).ShouldBeLessThan(1_000_000);
        (await server.RunAsync("SELECT count() FROM d.t")).ShouldBe("0\n");
    }

    [Fact]
    public async Task AuditTable_OfTheDesign_IsIndexedDeduplicatedAndExpires()
    {
        await using var server = new ClickHouseServer();
        await server.StartAsync();
        await server.RunAsync(
            """
            CREATE TABLE logs (id UUID, created_at DateTime64(3, 'UTC'), cost Decimal(18, 9),
              body String CODEC(ZSTD(6)) TTL toDateTime(created_at) + INTERVAL 30 DAY,
              INDEX body_text body TYPE text(tokenizer = 'splitByNonAlpha') GRANULARITY 1)
            ENGINE = MergeTree PARTITION BY toDate(created_at) ORDER BY (created_at, id)
            TTL toDateTime(created_at) + INTERVAL 90 DAY
            SETTINGS non_replicated_deduplication_window = 1000, merge_with_ttl_timeout = 0, index_granularity = 128
            """);
        await server.RunAsync("INSERT INTO logs SELECT generateUUIDv7(), now64(3), 0.25, concat('word', toString(number), ' common') FROM numbers(20000)");
        await server.RunAsync("INSERT INTO logs SELECT generateUUIDv7(), now64(3) - INTERVAL 40 DAY, 1, 'old body' FROM numbers(10)");
        await server.RunAsync("INSERT INTO logs SELECT generateUUIDv7(), now64(3) - INTERVAL 100 DAY, 1, 'older' FROM numbers(10)");
        (await server.RunAsync("SELECT count() FROM logs WHERE hasToken(body, 'word777')")).ShouldBe("1\n");
        var plan = await server.RunAsync("EXPLAIN indexes = 1 SELECT count() FROM logs WHERE hasToken(body, 'word777') SETTINGS use_skip_indexes_on_data_read = 0");
        plan.ShouldContain("body_text");
        await server.RunAsync("OPTIMIZE TABLE logs FINAL");
        (await server.RunAsync("SELECT count(), countIf(body = 'old body') FROM logs WHERE created_at < now() - INTERVAL 1 DAY")).ShouldBe("10\t0\n");
    }

    [Fact]
    public async Task Password_WhenSet_IsAskedFor()
    {
        await using var server = new ClickHouseServer().With("CLICKHOUSE_PASSWORD", "s3cret");
        await server.StartAsync();
        using var refused = await server.SendAsync("SELECT 1");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldStartWith("Code: 516.");
        (await server.RunAsync("SELECT 1", "user=default&password=s3cret")).ShouldBe("1\n");
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-User", "default");
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-Key", "s3cret");
        (await server.RunAsync("SELECT 1")).ShouldBe("1\n");
        server.Log.ShouldNotContain("s3cret");
    }

    /// <summary>
    /// As ingest does: the server notes a token before the part that it stands for, so, killed in between, it takes a repeat for a duplicate of rows that it does
    /// not have. After a repeat the rows are looked up, and if they are missing inserted under a token of their own.
    /// </summary>
    private static async Task<bool> TryInsertAsync(ClickHouseServer server, int writer, int frame, int repeat = 0)
    {
        var first = (writer * 1000) + (frame * 10);
        var token = $"w{writer}-{frame}";
        try
        {
            if (!await InsertAsync(server, first, token))
                return false;
            return repeat == 0
                || await server.RunAsync($"SELECT count() FROM rows WHERE id BETWEEN {first} AND {first + 9}") == "10\n"
                || await InsertAsync(server, first, $"{token}-{repeat}");
        }
        catch (HttpRequestException)
        {
            await Task.Delay(20);
            return false;
        }
    }

    private static async Task<bool> InsertAsync(ClickHouseServer server, int first, string token)
    {
        var rows = string.Concat(Enumerable.Range(first, 10).Select(static id => $"{{\"id\":{id}}}\n"));
        using var response = await server.SendAsync(
            "INSERT INTO rows FORMAT JSONEachRow", $"insert_deduplication_token={token}&deduplicate_blocks_in_dependent_materialized_views=1", new StringContent(rows));
        return response.IsSuccessStatusCode;
    }
}
