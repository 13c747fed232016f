using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>The AI log and the dashboard over rows in a real ClickHouse, with the schema that audit-ingest makes. Each test has its own organisation.</summary>
public sealed class LogTests : IClassFixture<AdminApiFixture>, IDisposable
{
    private static readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    private readonly Guid _org = Guid.CreateVersion7();
    private readonly AdminApiHost _host;
    private readonly string _database;
    private readonly LogRowWriter _rows;
    private readonly HttpClient _auditor;

    public LogTests(AdminApiFixture fixture)
    {
        (_host, _database, _rows) = (fixture.Host, fixture.Database, fixture.Rows);
        _auditor = _host.Client(_org, "logs:read_all", "audit:read_bodies", "analytics:read_all", "providers:create", "models:create", "providers:read");
    }

    public void Dispose() => _auditor.Dispose();

    [Fact]
    public async Task List_IsPagedByKey_WithoutGapsOrRepeats_AlsoWithinOneMillisecond()
    {
        var ids = new List<string>();
        for (var i = 0; i < 25; i++)
            ids.Add(await _rows.AddAsync(_org, _now.AddSeconds(-i / 10), new { model = "paged" }));
        foreach (var sort in new[] { "-created_at", "created_at" })
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await _auditor.ReadAsync($"/api/gateway/logs?model=paged&limit=7&sort={sort}{(cursor is null ? "" : "&cursor=" + cursor)}");
                seen.AddRange(page["items"]!.AsArray().Select(static row => row!["id"]!.GetValue<string>()));
                cursor = page["next_cursor"]?.GetValue<string>();
            }
            while (cursor is not null);
            seen.Count.ShouldBe(25);
            seen.Distinct().Count().ShouldBe(25);
            seen.ShouldBe(ids, ignoreOrder: true);
        }
    }

    [Theory]
    [InlineData("lemonade", true)]
    [InlineData("Lemonade", true)]
    [InlineData("LEMON", false)]
    [InlineData("\"make lemonade\"", true)]
    [InlineData("\"lemonade make\"", false)]
    [InlineData("recipe", true)]
    [InlineData("lemonade recipe", true)]
    [InlineData("lemonade vinegar", false)]
    [InlineData("\"she said \\\"more sugar\\\"\"", true)]
    [InlineData("你好", true)]
    [InlineData("Zürich", true)]
    [InlineData("\"https://example.com/a?b=1\"", true)]
    [InlineData("offloadedword", true)]
    [InlineData("model:searched lemonade", true)]
    [InlineData("-model:searched lemonade", false)]
    [InlineData("lemonade -sugar", false)]
    [InlineData("lemonade status:2xx latency:>=100 stream:true", true)]
    [InlineData("lemonade latency:>100", false)]
    [InlineData("model:sea* tag:blue", true)]
    [InlineData("' OR 1=1 --", false)]
    public async Task Search_FindsWhatIsInTheBodies(string q, bool found)
    {
        var id = await _rows.AddAsync(_org, _now, new
        {
            model = "searched",
            status = 200,
            outcome = "interrupted",
            stream = true,
            latency_ms = 100,
            tags = new[] { "blue" },
            request_body = """{"messages":[{"role":"user","content":"Please make lemonade, she said \"more sugar\" in Z\u00fcrich 你好 https://example.com/a?b=1"}]}""",
            response_body = """{"choices":[{"message":{"content":"A Recipe follows"}}]}""",
            search_tokens = "offloadedword another",
        });
        await _rows.AddAsync(_org, _now, new { model = "other", request_body = """{"messages":[]}""" });
        var page = await _auditor.ReadAsync($"/api/gateway/logs?q={Uri.EscapeDataString(q)}");
        page["items"]!.AsArray().Select(static row => row!["id"]!.GetValue<string>()).Contains(id).ShouldBe(found, page.ToJsonString());
    }

    [Theory]
    [InlineData("status:abc", 1)]
    [InlineData("lemonade \"never closed", 10)]
    [InlineData("model:", 7)]
    [InlineData("stream:perhaps", 1)]
    [InlineData("ok model:>3", 4)]
    public async Task Search_Malformed_PointsAtTheCharacter(string q, int character)
    {
        var (status, body) = await _auditor.SendAsync(HttpMethod.Get, $"/api/gateway/logs?q={Uri.EscapeDataString(q)}");
        status.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(body)!["errors"]!["q"]![0]!.GetValue<string>().ShouldStartWith($"character {character}:");
    }

    [Fact]
    public async Task Filters_Combine()
    {
        var wanted = await _rows.AddAsync(_org, _now.AddMinutes(-5), new { model = "a,b".Split(',')[0], provider = "acme", status = 429, outcome = "limited", user_email = "a@example.test", key_name = "ci" });
        await _rows.AddAsync(_org, _now.AddMinutes(-5), new { model = "a", provider = "acme", status = 200, outcome = "ok", user_email = "a@example.test", key_name = "ci" });
        await _rows.AddAsync(_org, _now.AddHours(-5), new { model = "a", provider = "acme", status = 429, outcome = "limited", user_email = "a@example.test", key_name = "ci" });
        var page = await _auditor.ReadAsync(
            $"/api/gateway/logs?model=a,z&provider=acme&status=4xx&outcome=limited,error&user_email=a@example.test&key_name=ci&from={_now.AddHours(-1).UtcDateTime:O}&to={_now.UtcDateTime:O}");
        page["items"]!.AsArray().Single()!["id"]!.GetValue<string>().ShouldBe(wanted);
        (await _auditor.SendAsync(HttpMethod.Get, "/api/gateway/logs?from=yesterday")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Detail_HasEveryColumnButTheBodies_MoneyAsText_JsonAsJson()
    {
        var id = await _rows.AddAsync(_org, _now, new
        {
            model = "detailed",
            cost_usd = 0.000123m,
            prices = """{"input":"1"}""",
            routing = """{"reason":"only one"}""",
            guard_hits = "",
            user_tags = """{"a":"b"}""",
            request_body = "very-private-body",
            request_capture = "captured",
            response_capture = "offloaded",
            conversion_notes = new[] { "dropped logit_bias" },
        });
        var detail = await _auditor.ReadAsync($"/api/gateway/logs/{id}");
        detail["cost_usd"]!.GetValue<string>().ShouldBe("0.000123");
        detail["routing"]!["reason"]!.GetValue<string>().ShouldBe("only one");
        detail["guard_hits"].ShouldBeNull();
        detail["user_tags"]!["a"]!.GetValue<string>().ShouldBe("b");
        detail["body_capture_status"]!.GetValue<string>().ShouldBe("offloaded");
        detail["conversion_notes"]![0]!.GetValue<string>().ShouldBe("dropped logit_bias");
        detail["created_at"]!.GetValue<string>().ShouldBe(_now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
        detail.ToJsonString().ShouldNotContain("very-private-body");
    }

    [Fact]
    public async Task Bodies_AreShownExactly_AndTheReadingIsAudited()
    {
        var text = "{\"a\":\"é\\n\"}";
        var id = await _rows.AddAsync(_org, _now, new { model = "m", request_body = text, response_body = "done", request_bytes = 11, request_capture = "captured", response_capture = "captured", content_type = "application/json" });
        var bodies = await _auditor.ReadAsync($"/api/admin/gateway/logs/{id}/body");
        bodies["request_body"]!.GetValue<string>().ShouldBe(text);
        bodies["response_body"]!.GetValue<string>().ShouldBe("done");
        bodies["body_capture_status"]!.GetValue<string>().ShouldBe("captured");
        bodies["encoding"].ShouldBeNull();
        using var raw = await _auditor.GetAsync($"/api/admin/gateway/logs/{id}/body?raw=request");
        (await raw.Content.ReadAsStringAsync()).ShouldBe(text);
        raw.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        (await ReadsAuditedAsync(id)).ShouldBe(2);
    }

    [Fact]
    public async Task Bodies_ThatAreNotText_ComeAsBase64()
    {
        var id = await _rows.AddBytesAsync(_org, _now, [0xff, 0x00, 0x80]);
        var bodies = await _auditor.ReadAsync($"/api/admin/gateway/logs/{id}/body");
        bodies["encoding"]!.GetValue<string>().ShouldBe("base64");
        Convert.FromBase64String(bodies["request_body"]!.GetValue<string>()).ShouldBe([0xff, 0x00, 0x80]);
    }

    [Fact]
    public async Task Rows_AreSeenByThoseWhoMay_AndByNobodyElse()
    {
        var me = new Principal { OrgId = _org.ToString(), UserId = Guid.CreateVersion7().ToString(), Permissions = { "logs:read_own", "analytics:read_own" } };
        var mate = new Principal { OrgId = _org.ToString(), UserId = Guid.CreateVersion7().ToString(), Permissions = { "logs:read_team" }, Teams = { new TeamRef { Id = "team-1", Name = "One" } } };
        var mine = await _rows.AddAsync(_org, _now, new { model = "scoped", user_id = me.UserId, team_ids = new[] { "team-1" } });
        var theirs = await _rows.AddAsync(_org, _now, new { model = "scoped", user_id = "somebody", team_ids = new[] { "team-2" } });
        var foreign = await _rows.AddAsync(Guid.CreateVersion7(), _now, new { model = "scoped", user_id = me.UserId, team_ids = new[] { "team-1" } });
        using var own = _host.Client(me);
        using var team = _host.Client(mate);
        using var nobody = _host.Client(_org, "models:read");

        (await IdsAsync(own)).ShouldBe([mine]);
        (await IdsAsync(team)).ShouldBe([mine]);
        (await IdsAsync(_auditor)).ShouldBe([mine, theirs], ignoreOrder: true);
        (await nobody.SendAsync(HttpMethod.Get, "/api/gateway/logs")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await own.SendAsync(HttpMethod.Get, $"/api/gateway/logs/{theirs}")).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in new[] { $"/api/gateway/logs/{foreign}", $"/api/admin/gateway/logs/{foreign}/body" })
            (await _auditor.SendAsync(HttpMethod.Get, path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await own.SendAsync(HttpMethod.Get, $"/api/admin/gateway/logs/{mine}/body")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await own.ReadAsync("/api/dashboard/overview?range=1h"))["totals"]!["requests"]!.GetValue<int>().ShouldBe(1);

        static async Task<string[]> IdsAsync(HttpClient client) =>
            [.. (await client.ReadAsync("/api/gateway/logs?model=scoped"))["items"]!.AsArray().Select(static row => row!["id"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Overview_IsTheSumOfTheRows()
    {
        var provider = await _auditor.CreateAsync("/api/admin/providers", new { name = "acme", provider_type = "custom", base_url = "https://example.com" });
        foreach (var i in Enumerable.Range(1, 10))
            await _rows.AddAsync(_org, _now.AddMinutes(-i), new { model = i % 2 == 0 ? "even" : "odd", provider_id = provider.Id(), user_email = "a@example.test", key_id = $"k{i % 3}", input_tokens = 10, output_tokens = i, cost_usd = 0.25m, latency_ms = i * 10, status = 200, outcome = i == 10 ? "error" : "ok" });
        await _rows.AddAsync(_org, _now.AddMinutes(-90), new { model = "before", outcome = "ok" });

        var view = await _auditor.ReadAsync("/api/dashboard/overview?range=1h");
        var totals = view["totals"]!;
        totals["requests"]!.GetValue<int>().ShouldBe(10);
        totals["errors"]!.GetValue<int>().ShouldBe(1);
        totals["input_tokens"]!.GetValue<int>().ShouldBe(100);
        totals["output_tokens"]!.GetValue<int>().ShouldBe(55);
        totals["cost_usd"]!.GetValue<string>().ShouldBe("2.5");
        totals["active_keys"]!.GetValue<int>().ShouldBe(3);
        totals["p50_ms"]!.GetValue<double>().ShouldBe(55);
        view["previous"]!["requests"]!.GetValue<int>().ShouldBe(1);
        view["previous"]!["active_keys"]!.GetValue<int>().ShouldBe(0);
        var series = view["series"]!.AsArray();
        series.Count.ShouldBe(60);
        series.Sum(static point => point!["requests"]!.GetValue<int>()).ShouldBe(10);
        view["top_models"]!.AsArray().Select(static m => m!["model"]!.GetValue<string>()).ShouldBe(["even", "odd"]);
        view["top_users"]!.AsArray().Single()!["tokens"]!.GetValue<int>().ShouldBe(155);
        view["providers"]!.AsArray().Single()!["requests"]!.GetValue<int>().ShouldBe(10);
        (await _auditor.SendAsync(HttpMethod.Get, "/api/dashboard/overview?range=1y")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<int> ReadsAuditedAsync(string id)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand("SELECT entry FROM catalog.audit_outbox");
        await using var reader = await command.ExecuteReaderAsync();
        var reads = 0;
        while (await reader.ReadAsync())
            reads += AuditEntry.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)) is { Action: "gateway_log.read_body" } entry && entry.ResourceId == id ? 1 : 0;
        return reads;
    }
}
