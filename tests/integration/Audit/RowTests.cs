using System.Text.Json;
using Google.Protobuf;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Integration.Tests.Audit;

/// <summary>What a producer wrote is what an operator reads.</summary>
public sealed class RowTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    [Fact]
    public async Task GatewayCall_WithEveryField_ComesBackFromClickHouse()
    {
        var created = new DateTimeOffset(DateTimeOffset.UtcNow.Date, TimeSpan.Zero).AddMilliseconds(12_345_678);
        var call = Everything(created);
        await StoreAsync(RecordKind.Gateway, call);

        var row = await RowAsync("gateway_logs", call.Id);
        foreach (var (column, expected) in Expected(call))
            row.GetProperty(column).ToString().ShouldBe(expected, column);
        row.GetProperty("created_at").GetString().ShouldBe(created.ToString("yyyy-MM-dd HH:mm:ss.fff"));
        row.GetProperty("body_capture_status").GetString().ShouldBe("truncated", "the worse of the two");
        row.GetProperty("team_ids").EnumerateArray().Select(t => t.GetString()).ShouldBe(["t1", "t2"]);
        row.GetProperty("conversion_notes").EnumerateArray().Select(t => t.GetString()).ShouldBe(["a", "b"]);
        (await fixture.ClickHouse.CountAsync($"SELECT hex(response_body) = '00FF7B00' FROM gateway_logs WHERE id = '{call.Id}'")).ShouldBe(1, "bytes stay bytes");
    }

    [Fact]
    public async Task Cost_ThatIsUnknown_IsNull()
    {
        var call = new GatewayCall { Id = "unknown-cost", OrgId = "o", CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() };
        await StoreAsync(RecordKind.Gateway, call);
        (await RowAsync("gateway_logs", call.Id)).GetProperty("cost_usd").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Word_InABody_IsFoundByTheTextIndexBeforeAndAfterAMerge()
    {
        var call = new GatewayCall
        {
            Id = "needle",
            OrgId = "org-words",
            CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            RequestBody = ByteString.CopyFromUtf8("{\"q\":\"where is xylophone42, please\"}"),
        };
        await StoreAsync(RecordKind.Gateway, call);
        const string sql = "SELECT count() FROM gateway_logs WHERE hasAllTokens(request_body, ['xylophone42'])";
        (await fixture.ClickHouse.CountAsync(sql)).ShouldBe(1);
        await fixture.ClickHouse.Client.ExecuteAsync("OPTIMIZE TABLE gateway_logs FINAL");
        (await fixture.ClickHouse.CountAsync(sql)).ShouldBe(1);
    }

    [Fact]
    public async Task OtherKinds_GoToTheirTables()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await StoreAsync(RecordKind.Mcp, new McpCall { Id = "m1", OrgId = "o", CreatedAtMs = now, Method = "tools/call", Tool = "search", ToolResult = ByteString.CopyFromUtf8("found"), Outcome = Outcome.Timeout });
        await StoreAsync(RecordKind.Audit, new AuditEntry { Id = "a1", OrgId = "o", CreatedAtMs = now, Action = "api_key.rotate", Result = "denied" });
        await StoreAsync(RecordKind.Platform, new PlatformEvent { Id = "p1", CreatedAtMs = now, Kind = "job.done", Severity = "info" });

        (await RowAsync("mcp_logs", "m1")).GetProperty("outcome").GetString().ShouldBe("timeout");
        (await RowAsync("audit_logs", "a1")).GetProperty("action").GetString().ShouldBe("api_key.rotate");
        (await RowAsync("platform_logs", "p1")).GetProperty("kind").GetString().ShouldBe("job.done");
    }

    private static GatewayCall Everything(DateTimeOffset created) => new()
    {
        Id = "everything",
        OrgId = "org",
        CreatedAtMs = created.ToUnixTimeMilliseconds(),
        TraceId = "tr",
        SessionId = "se",
        UserId = "us",
        UserEmail = "ada@example.com",
        Teams = { new Team { Id = "t1", Name = "Red" }, new Team { Id = "t2", Name = "Blue" } },
        KeyId = "ke",
        KeyLineageId = "li",
        KeyName = "ci",
        CostCenter = "cc",
        Tags = { "x", "y" },
        UserTags = "{\"a\":1}",
        Surface = "chat_completions",
        Model = "gpt",
        ProviderId = "pi",
        Provider = "openai",
        RouteId = "ro",
        UpstreamModel = "gpt-4o",
        Stream = true,
        Simulated = true,
        Status = 503,
        Outcome = Outcome.Error,
        ErrorType = "upstream",
        ErrorMessage = "Größe \0 zero",
        FinishReason = "stop",
        ContentType = "text/event-stream",
        InputTokens = 1,
        OutputTokens = 2,
        CachedTokens = 3,
        CacheWriteTokens = 4,
        ReasoningTokens = 5,
        UsageSource = "upstream",
        WeightedTokens = 6,
        CostUsd = "0.001234567",
        Prices = "{\"in\":1}",
        Retries = 7,
        Fallbacks = 8,
        Settled = true,
        Routing = "[1]",
        GuardHits = "[2]",
        ConversionNotes = { "a", "b" },
        LatencyMs = 9,
        UpstreamTtfbMs = 10,
        ClientTtfbMs = 11,
        OverheadUs = 12,
        ClientIp = "::1",
        UserAgent = "curl",
        RequestBody = ByteString.CopyFromUtf8("{\"m\":\"ü\"}"),
        ResponseBody = ByteString.CopyFrom(0, 255, 123, 0),
        RequestBodyUri = "file://r",
        ResponseBodyUri = "s3://r",
        RequestBytes = 13,
        ResponseBytes = 14,
        RequestCapture = Capture.Captured,
        ResponseCapture = Capture.Truncated,
        Redacted = true,
        SearchTokens = "alpha beta",
    };

    private static Dictionary<string, string> Expected(GatewayCall c) => new(StringComparer.Ordinal)
    {
        ["org_id"] = c.OrgId,
        ["trace_id"] = c.TraceId,
        ["session_id"] = c.SessionId,
        ["user_id"] = c.UserId,
        ["user_email"] = c.UserEmail,
        ["key_id"] = c.KeyId,
        ["key_lineage_id"] = c.KeyLineageId,
        ["key_name"] = c.KeyName,
        ["cost_center"] = c.CostCenter,
        ["user_tags"] = c.UserTags,
        ["surface"] = c.Surface,
        ["model"] = c.Model,
        ["provider_id"] = c.ProviderId,
        ["provider"] = c.Provider,
        ["route_id"] = c.RouteId,
        ["upstream_model"] = c.UpstreamModel,
        ["stream"] = "True",
        ["simulated"] = "True",
        ["status"] = "503",
        ["outcome"] = "error",
        ["error_type"] = c.ErrorType,
        ["error_message"] = c.ErrorMessage,
        ["finish_reason"] = c.FinishReason,
        ["content_type"] = c.ContentType,
        ["input_tokens"] = "1",
        ["output_tokens"] = "2",
        ["cached_tokens"] = "3",
        ["cache_write_tokens"] = "4",
        ["reasoning_tokens"] = "5",
        ["usage_source"] = c.UsageSource,
        ["weighted_tokens"] = "6",
        ["cost_usd"] = "0.001234567",
        ["prices"] = c.Prices,
        ["retries"] = "7",
        ["fallbacks"] = "8",
        ["settled"] = "True",
        ["routing"] = c.Routing,
        ["guard_hits"] = c.GuardHits,
        ["latency_ms"] = "9",
        ["upstream_ttfb_ms"] = "10",
        ["client_ttfb_ms"] = "11",
        ["overhead_us"] = "12",
        ["client_ip"] = c.ClientIp,
        ["user_agent"] = c.UserAgent,
        ["request_body"] = "{\"m\":\"ü\"}",
        ["request_body_uri"] = c.RequestBodyUri,
        ["response_body_uri"] = c.ResponseBodyUri,
        ["request_bytes"] = "13",
        ["response_bytes"] = "14",
        ["request_capture"] = "captured",
        ["response_capture"] = "truncated",
        ["redacted"] = "True",
        ["search_tokens"] = c.SearchTokens,
        ["producer_id"] = $"rows-{c.Id}",
        ["sequence"] = "1",
    };

    private async Task StoreAsync(RecordKind kind, IMessage record)
    {
        var id = JsonDocument.Parse(JsonFormatter.Default.Format(record)).RootElement.GetProperty("id").GetString();
        var frame = new Frame { ProducerId = $"rows-{id}", Kind = kind, FirstSequence = 1, LastSequence = 1, Records = { record.ToByteString() } };
        using var call = fixture.Wire.Ship(deadline: DateTime.UtcNow.AddSeconds(30));
        await call.RequestStream.WriteAsync(frame);
        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        call.ResponseStream.Current.Error.ShouldBeEmpty();
        call.ResponseStream.Current.Accepted.ShouldBeTrue();
    }

    private async Task<JsonElement> RowAsync(string table, string id)
    {
        var columns = table == "gateway_logs" ? "* REPLACE ('' AS response_body), body_capture_status" : "*";
        var text = await fixture.ClickHouse.TextAsync($"SELECT {columns} FROM {table} WHERE id = '{id}'", "JSONEachRow", new()
        {
            Settings = new Dictionary<string, string> { ["output_format_json_quote_64bit_integers"] = "0", ["output_format_json_quote_decimals"] = "0" },
        });
        return JsonDocument.Parse(text).RootElement.Clone();
    }
}
