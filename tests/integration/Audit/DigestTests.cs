using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Audit;

/// <summary>Whoever has the stored rows and the bodies can recompute every digest; who has lost value and salt has only a number.</summary>
public sealed class DigestTests(AuditFixture fixture) : IClassFixture<AuditFixture>, IAsyncLifetime
{
    private const string Zeros = "0";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("thinkwatch-test-digests-");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Row_OfACallThatEnded_ProvesItsBodiesAndPersonalFields()
    {
        var id = await CallAsync("whole", static _ => { }, static rest => rest.ResponseBody = ByteString.CopyFrom(0, 255, 1));
        var row = await RowAsync("gateway_logs", id);
        ShouldProve(row, "request_body", "response_body", "user_email", "client_ip", "user_agent", "session_id", "user_tags");
        ShouldBeAbsent(row, "search_tokens");
    }

    [Fact]
    public async Task Row_OfAnInterruptedCall_ProvesWhatItHas()
    {
        Guid id;
        using (var dying = await fixture.ProducerAsync("interrupted"))
            id = await BeginAsync(dying, static _ => { }) is var (call, _) ? call : default;
        using (var next = await fixture.ProducerAsync("interrupted"))
            await next.StopAsync(CancellationToken.None);

        var row = await RowAsync("gateway_logs", id.ToString());
        row.GetProperty("outcome").GetString().ShouldBe("interrupted");
        ShouldProve(row, "request_body", "user_email", "client_ip", "user_agent", "session_id", "user_tags");
        ShouldBeAbsent(row, "response_body", "search_tokens");
    }

    [Fact]
    public async Task Row_WithATruncatedBody_ProvesThePrefixThatItKeeps()
    {
        var id = await CallAsync(
            "truncated",
            static started => (started.RequestBody, started.RequestBytes, started.RequestCapture) = (ByteString.CopyFromUtf8("the beginning"), 9_000, Capture.Truncated),
            static rest => rest.ResponseCapture = Capture.Disabled);
        var row = await RowAsync("gateway_logs", id);
        Unhex(row, "request_body").ShouldBe("the beginning"u8.ToArray());
        ShouldProve(row, "request_body");
        ShouldBeAbsent(row, "response_body");
    }

    [Fact]
    public async Task Row_WithAnOffloadedBody_ProvesTheWholeOfIt()
    {
        await using var service = await ServiceProcess.StartAsync(
            "ThinkWatch.BodyOffload", "body-offload", new Dictionary<string, string> { ["BODIES_DIRECTORY"] = _folder.FullName });
        using var channel = service.Channel();
        var bodies = new Contracts.Bodies.Bodies.BodiesClient(channel);
        var put = await PutAsync(bodies, RandomNumberGenerator.GetBytes(400_000));

        var id = await CallAsync(
            "offloaded",
            static started => (started.RequestBody, started.RequestCapture) = (ByteString.CopyFromUtf8("prefix"), Capture.Truncated),
            rest => (rest.RequestBodyUri, rest.RequestBodySha256, rest.RequestCapture, rest.SearchTokens) = (put.Uri, put.Sha256, Capture.Offloaded, string.Join(' ', put.Tokens)));

        var row = await RowAsync("gateway_logs", id);
        using var whole = new MemoryStream();
        using var call = bodies.Get(new GetRequest { Uri = row.GetProperty("request_body_uri").GetString(), OrgId = "org" }, deadline: DateTime.UtcNow.AddSeconds(60));
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
            chunk.Data.WriteTo(whole);
        Unhex(row, "request_body_digest").ShouldBe(SHA256.HashData([.. Unhex(row, "request_body_salt"), .. SHA256.HashData(whole.ToArray())]));
        ShouldProve(row, "search_tokens", "user_email");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frame_SentAgain_LeavesOneRowWithItsFirstSaltsAndDigests(bool withSeed)
    {
        var call = new GatewayCall
        {
            Id = $"again-{withSeed}",
            OrgId = "org",
            CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            UserEmail = "ada@example.com",
            RequestBody = ByteString.CopyFromUtf8("{\"m\":\"hello\"}"),
        };
        if (withSeed)
            call.SaltSeed = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16));
        await SendAsync(RecordKind.Gateway, call.Id, call);
        var first = (await RowAsync("gateway_logs", call.Id)).GetRawText();
        await SendAsync(RecordKind.Gateway, call.Id, call);
        await fixture.KillIngestAsync();
        await fixture.StartIngestAsync();
        await SendAsync(RecordKind.Gateway, call.Id, call);

        var row = await RowAsync("gateway_logs", call.Id);
        row.GetRawText().ShouldBe(first);
        ShouldProve(row, "request_body", "user_email");
    }

    [Fact]
    public async Task OtherTables_ProveTheirOwn()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await SendAsync(RecordKind.Mcp, "m1", new McpCall
        {
            Id = "m1",
            OrgId = "org",
            CreatedAtMs = now,
            UserEmail = "ada@example.com",
            ClientIp = "::1",
            UserAgent = "mcp",
            SessionId = "s",
            ToolArguments = ByteString.CopyFromUtf8("{\"q\":1}"),
            ToolResult = ByteString.CopyFromUtf8("found"),
        });
        await SendAsync(RecordKind.Audit, "a1", new AuditEntry
        {
            Id = "a1",
            OrgId = "org",
            CreatedAtMs = now,
            ActorEmail = "ada@example.com",
            Ip = "::1",
            UserAgent = "curl",
            Before = "{}",
            After = "{\"name\":\"x\"}",
        });
        ShouldProve(await RowAsync("mcp_logs", "m1"), "tool_arguments", "tool_result", "user_email", "client_ip", "user_agent", "session_id");
        ShouldProve(await RowAsync("audit_logs", "a1"), "before", "after", "actor_email", "ip", "user_agent");
    }

    [Fact]
    public async Task Salt_OfABody_ExpiresWithTheBody_AndTheDigestDoesNot()
    {
        foreach (var (table, body) in new[] { ("gateway_logs", "request_body"), ("gateway_logs", "response_body"), ("gateway_logs", "search_tokens"), ("mcp_logs", "tool_arguments"), ("mcp_logs", "tool_result") })
        {
            var definition = await fixture.ClickHouse.TextAsync($"SHOW CREATE TABLE {table}", "TSVRaw");
            Line(definition, body).ShouldContain("toIntervalDay(30)");
            Line(definition, $"{body}_salt").ShouldContain("toIntervalDay(30)");
            Line(definition, $"{body}_digest").ShouldNotContain("TTL");
        }
    }

    private static string Line(string definition, string column) => definition.Split('\n').Single(l => l.Contains($"    `{column}` ", StringComparison.Ordinal));

    private static void ShouldProve(JsonElement row, params string[] fields)
    {
        foreach (var field in fields)
        {
            var (value, salt, digest) = (Unhex(row, field), Unhex(row, $"{field}_salt"), Unhex(row, $"{field}_digest"));
            value.ShouldNotBeEmpty(field);
            salt.ShouldContain(b => b != 0, field);
            digest.ShouldBe(SHA256.HashData([.. salt, .. value]), field);
        }

        fields.Select(f => row.GetProperty($"{f}_salt").GetString()).ShouldBeUnique();
    }

    private static void ShouldBeAbsent(JsonElement row, params string[] fields)
    {
        foreach (var field in fields)
            $"{row.GetProperty(field).GetString()}{row.GetProperty($"{field}_salt").GetString()}{row.GetProperty($"{field}_digest").GetString()}".Replace(Zeros, "").ShouldBeEmpty(field);
    }

    private static byte[] Unhex(JsonElement row, string column) => Convert.FromHexString(row.GetProperty(column).GetString()!);

    private static async Task<PutReply> PutAsync(Contracts.Bodies.Bodies.BodiesClient bodies, byte[] body)
    {
        using var call = bodies.Put(deadline: DateTime.UtcNow.AddSeconds(60));
        var key = new BodyKey { Table = "gateway_logs", Date = "2026-03-01", OrgId = "org", Id = "offloaded", Field = "request_body" };
        await call.RequestStream.WriteAsync(new PutChunk { Header = new PutHeader { Key = key, ContentType = "application/json" } });
        foreach (var piece in body.Chunk(200_000))
            await call.RequestStream.WriteAsync(new PutChunk { Data = ByteString.CopyFrom(piece) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private async Task<string> CallAsync(string producer, Action<GatewayCall> started, Action<GatewayCall> completed)
    {
        using var spool = await fixture.ProducerAsync(producer);
        var (id, ticket) = await BeginAsync(spool, started);
        var rest = new GatewayCall { Status = 200, Outcome = Outcome.Ok };
        completed(rest);
        spool.Complete(ticket, rest);
        await spool.StopAsync(CancellationToken.None);
        return id.ToString();
    }

    private static async Task<(Guid Id, ThinkWatch.Spool.SpoolTicket Ticket)> BeginAsync(ThinkWatch.Spool.AuditSpool spool, Action<GatewayCall> started)
    {
        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        var call = new GatewayCall
        {
            Id = id.ToString(),
            OrgId = "org",
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            UserEmail = "ada@example.com",
            ClientIp = "192.0.2.7",
            UserAgent = "größe/1",
            SessionId = "session",
            UserTags = "{\"a\":1}",
            RequestBody = ByteString.CopyFromUtf8("{\"m\":\"ü\"}"),
        };
        started(call);
        return (id, (await spool.BeginAsync(RecordKind.Gateway, id, now, call)).ShouldNotBeNull());
    }

    private async Task SendAsync(RecordKind kind, string id, IMessage record)
    {
        var frame = new Frame { ProducerId = $"digests-{id}", Kind = kind, FirstSequence = 1, LastSequence = 1, Records = { record.ToByteString() } };
        using var call = fixture.Wire.Ship(deadline: DateTime.UtcNow.AddSeconds(30));
        await call.RequestStream.WriteAsync(frame);
        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        call.ResponseStream.Current.Error.ShouldBeEmpty();
    }

    /// <summary>The only row of this id; values, salts and digests in hexadecimal.</summary>
    private async Task<JsonElement> RowAsync(string table, string id)
    {
        var sealedColumns = await fixture.ClickHouse.TextAsync(
            $"SELECT arrayStringConcat(groupArray('hex(' || name || ') AS ' || name), ', ') FROM system.columns WHERE database = currentDatabase() AND table = '{table}' AND (name LIKE '%\\_salt' OR name LIKE '%\\_digest' OR name || '_digest' IN (SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '{table}'))",
            "TSVRaw");
        var text = await fixture.ClickHouse.TextAsync($"SELECT * REPLACE ({sealedColumns}) FROM {table} WHERE id = '{id}'", "JSONEachRow");
        text.Split('\n').Length.ShouldBe(1, "one event is one row");
        return JsonDocument.Parse(text).RootElement.Clone();
    }
}
