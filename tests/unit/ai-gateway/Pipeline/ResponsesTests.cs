using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using static ThinkWatch.AiGateway.Tests.Pipeline.ResponsesCalls;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>The Responses surface on a provider that only knows chat.</summary>
public sealed class ResponsesTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Json_Call_IsConvertedAndRecorded()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.PostResponseAsync(key, Ask("sim-chat", ",\"instructions\":\"Be brief.\",\"truncation\":\"auto\""));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("x-thinkwatch-conversion").Single().ShouldBe("dropped=truncation");
        var answer = await JsonAsync(response);
        answer.GetProperty("status").GetString().ShouldBe("completed");
        TextOf(answer).ShouldContain("Hello there");

        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.Surface, row.FinishReason, row.UsageSource).ShouldBe((Outcome.Ok, "responses", "stop", "upstream"));
        row.InputTokens.ShouldBe(answer.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        row.ResponseBody.ToStringUtf8().ShouldBe(answer.GetRawText());
        using var sent = JsonDocument.Parse(gateway.Received(response));
        sent.RootElement.GetProperty("messages").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Stream_IsTypedEvents_AndTheRowHoldsTheWhole()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.PostResponseAsync(key, Ask("sim-chat", ",\"stream\":true"));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = await EventsAsync(response);
        events.Select(static e => e.GetProperty("type").GetString()).Distinct().ShouldBe(
        [
            "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done",
            "response.content_part.done", "response.output_item.done", "response.completed",
        ]);
        var row = await gateway.RowAsync(response.Id());
        row.ResponseBody.ToStringUtf8().ShouldBe(events[^1].GetProperty("response").GetRawText());
        row.OutputTokens.ShouldBe(events[^1].GetProperty("response").GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [Theory]
    [InlineData("sim-cut", 502)]
    [InlineData("sim-stall", 504)]
    [InlineData("sim-malformed", 502)]
    public async Task Stream_ThatBreaks_EndsWithFailed(string model, int status)
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.PostResponseAsync(key, Ask(model, ",\"stream\":true"));
        if (response.StatusCode != HttpStatusCode.OK)
        {
            ((int)response.StatusCode).ShouldBe(status);
            return;
        }

        var events = await EventsAsync(response);
        events[^2].GetProperty("type").GetString().ShouldBe("error");
        events[^2].GetProperty("error").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        events[^1].GetProperty("type").GetString().ShouldBe("response.failed");
        (await gateway.RowAsync(response.Id())).Status.ShouldBe(status);
        await gateway.StoredAsync(HttpMethod.Get, key, events[^1].GetProperty("response").GetProperty("id").GetString()!, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{}", "model")]
    [InlineData("""{"model":"sim-chat"}""", "input")]
    [InlineData("""{"model":"sim-chat","model":"sim-chat","input":"x"}""", "model")]
    [InlineData("""{"model":"sim-chat","input":"x","background":true}""", "background")]
    [InlineData("""{"model":"sim-chat","input":"x","stream":"yes"}""", "stream")]
    [InlineData("""{"model":"sim-chat","input":"x","store":1}""", "store")]
    [InlineData("""{"model":"sim-chat","input":"x","max_output_tokens":0}""", "max_output_tokens")]
    [InlineData("""{"model":"sim-chat","input":"x","previous_response_id":7}""", "previous_response_id")]
    [InlineData("""{"model":"sim-chat","input":"x","previous_response_id":"r","conversation":"c"}""", "previous_response_id")]
    [InlineData("""{"model":"sim-chat","input":["x"]}""", "input")]
    [InlineData("""{"model":"sim-chat","input":"x","text":{"format":{"type":"xml"}}}""", "text.format.type")]
    public async Task Request_ThatIsWrong_IsRefused(string body, string param)
    {
        using var response = await gateway.PostResponseAsync(gateway.Identity.AddKey(), body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.ErrorAsync()).GetProperty("param").GetString().ShouldBe(param);
    }

    [Fact]
    public async Task Upgrade_ToAWebSocket_IsNotFound()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/responses") { Headers = { { "connection", "Upgrade" }, { "upgrade", "websocket" } } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Identity.AddKey());
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task PreviousResponse_IsContinued_ByItsLineageOnly(string stream)
    {
        var lineage = Guid.CreateVersion7().ToString();
        var key = gateway.Identity.AddKey(p => p.KeyLineageId = lineage);
        var first = await gateway.ResponseAsync(key, Ask("sim-chat", stream));
        var sibling = gateway.Identity.AddKey(p => p.KeyLineageId = lineage);
        var second = await gateway.ResponseAsync(sibling, Ask("sim-chat", stream + $",\"previous_response_id\":\"{IdOf(first)}\"", "And now?"));
        second.GetProperty("previous_response_id").GetString().ShouldBe(IdOf(first));
        using var third = await gateway.PostResponseAsync(key, Ask("sim-chat", $",\"instructions\":\"New.\",\"previous_response_id\":\"{IdOf(second)}\"", "Last"));
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var sent = JsonDocument.Parse(gateway.Received(third));
        sent.RootElement.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("role").GetString()).ShouldBe(["system", "user", "assistant", "user", "assistant", "user"]);
        sent.RootElement.GetProperty("messages")[2].GetProperty("content").ToString().ShouldContain("Hello there");

        using var other = await gateway.PostResponseAsync(gateway.Identity.AddKey(), Ask("sim-chat", $",\"previous_response_id\":\"{IdOf(first)}\""));
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.ErrorAsync()).Code().ShouldBe("previous_response_not_found");
    }

    [Fact]
    public async Task StoredResponse_IsReadAndDeleted_ByItsLineageOnly()
    {
        var key = gateway.Identity.AddKey();
        var answer = await gateway.ResponseAsync(key, Ask("sim-chat"));
        (await gateway.StoredAsync(HttpMethod.Get, key, IdOf(answer), HttpStatusCode.OK)).GetRawText().ShouldBe(answer.GetRawText());
        var other = gateway.Identity.AddKey();
        (await gateway.StoredAsync(HttpMethod.Get, other, IdOf(answer), HttpStatusCode.NotFound)).GetProperty("error").Code().ShouldBe("previous_response_not_found");
        await gateway.StoredAsync(HttpMethod.Delete, other, IdOf(answer), HttpStatusCode.NotFound);
        (await gateway.StoredAsync(HttpMethod.Delete, key, IdOf(answer), HttpStatusCode.OK)).GetRawText().ShouldBe($$"""{"id":"{{IdOf(answer)}}","object":"response","deleted":true}""");
        await gateway.StoredAsync(HttpMethod.Get, key, IdOf(answer), HttpStatusCode.NotFound);
        await gateway.StoredAsync(HttpMethod.Get, key, "resp_made-up", HttpStatusCode.NotFound);

        var unstored = await gateway.ResponseAsync(key, Ask("sim-chat", ",\"store\":false"));
        await gateway.StoredAsync(HttpMethod.Get, key, IdOf(unstored), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ItemReference_StandsForTheItem()
    {
        var key = gateway.Identity.AddKey();
        var answer = await gateway.ResponseAsync(key, Ask("sim-chat"));
        var item = answer.GetProperty("output")[0].GetProperty("id").GetString();
        var body = """{"model":"sim-chat","store":false,"input":[{"type":"item_reference","id":"ITEM"},{"role":"user","content":"Go on"}]}""";
        using var response = await gateway.PostResponseAsync(key, body.Replace("ITEM", item, StringComparison.Ordinal));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var sent = JsonDocument.Parse(gateway.Received(response));
        sent.RootElement.GetProperty("messages")[0].GetProperty("role").GetString().ShouldBe("assistant");

        foreach (var (who, id) in ((string, string?)[])[(gateway.Identity.AddKey(), item), (key, item![..^4] + "00ff"), (key, "msg_unknown")])
        {
            using var refused = await gateway.PostResponseAsync(who, body.Replace("ITEM", id, StringComparison.Ordinal));
            refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await refused.ErrorAsync()).Code().ShouldBe("item_not_found");
        }
    }

    [Fact]
    public async Task Store_ThatIsAway_IsSaid_AndAnswersGoOn()
    {
        var key = gateway.Identity.AddKey();
        gateway.Bodies.IsAway = true;
        try
        {
            (await gateway.ResponseAsync(key, Ask("sim-chat"))).GetProperty("status").GetString().ShouldBe("completed");
            using var response = await gateway.PostResponseAsync(key, Ask("sim-chat", ",\"previous_response_id\":\"resp_1\""));
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await response.ErrorAsync()).Code().ShouldBe("responses_unavailable");
        }
        finally
        {
            gateway.Bodies.IsAway = false;
        }
    }

    private static string TextOf(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
}
