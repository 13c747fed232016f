using System.Text.Json;

namespace ThinkWatch.Conformance.Tests;

/// <summary>The official <c>openai</c> package, with nothing changed but the base URL and the key.</summary>
public sealed class OpenAiClientTests(NodeClients clients)
{
    [Fact]
    public async Task Models_Listed_AreThoseOfTheFleet()
    {
        var list = await CaseAsync("models");
        list.GetProperty("object").GetString().ShouldBe("model");
        list.GetProperty("ids").EnumerateArray().Select(static i => i.GetString()).ShouldContain("sim-chat");
        (await CaseAsync("model")).GetProperty("id").GetString().ShouldBe("sim-chat");
    }

    [Fact]
    public async Task Chat_Answered_HasContentUsageAndARow()
    {
        var chat = await CaseAsync("chat");
        chat.GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        chat.GetProperty("finish").GetString().ShouldBe("stop");
        var row = await clients.Admin.LogRowAsync(chat.GetProperty("requestId").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("ok");
        row.GetProperty("input_tokens").GetInt64().ShouldBe(chat.GetProperty("usage").GetProperty("prompt_tokens").GetInt64());
        row.GetProperty("output_tokens").GetInt64().ShouldBe(chat.GetProperty("usage").GetProperty("completion_tokens").GetInt64());
    }

    [Fact]
    public async Task Stream_Consumed_EndsAndHidesTheUsageNobodyAskedFor()
    {
        var stream = await CaseAsync("stream");
        stream.GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        stream.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(2);
        stream.GetProperty("finish").GetString().ShouldBe("stop");
        stream.GetProperty("usage").ValueKind.ShouldBe(JsonValueKind.Null);
        (await CaseAsync("streamWithUsage")).GetProperty("usage").GetProperty("total_tokens").GetInt64().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("toolsStreamed")]
    public async Task Tools_Offered_AreCalledWithWholeArguments(string name)
    {
        var tools = await CaseAsync(name);
        tools.GetProperty("finish").GetString().ShouldBe("tool_calls");
        tools.GetProperty("name").GetString().ShouldBe("get_weather");
        tools.GetProperty("arguments").ValueKind.ShouldBe(JsonValueKind.Object);
        if (tools.TryGetProperty("final", out var final)) final.GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("wrongKey", "AuthenticationError", 401)]
    [InlineData("unknownModel", "NotFoundError", 404)]
    [InlineData("badRequest", "BadRequestError", 400)]
    [InlineData("rateLimited", "RateLimitError", 429)]
    [InlineData("upstreamFault", "InternalServerError", 502)]
    public async Task Errors_Met_AreTypedExceptions(string name, string type, int status)
    {
        var error = await CaseAsync(name);
        error.GetProperty("thrown").GetString().ShouldBe(type, error.ToString());
        error.GetProperty("status").GetInt32().ShouldBe(status);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("requestId").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Stream_Abandoned_IsARowThatSaysSo()
    {
        var before = DateTimeOffset.UtcNow;
        (await CaseAsync("abort")).GetProperty("chunks").GetInt32().ShouldBe(3);
        var cancel = TestContext.Current.CancellationToken;
        for (var attempt = 0; ; attempt++)
        {
            var rows = await clients.Admin.GetAsync("/api/gateway/logs?outcome=aborted&limit=5", cancel);
            var row = rows.GetProperty("items").EnumerateArray().FirstOrDefault(r => r.GetProperty("created_at").GetDateTimeOffset() >= before.AddSeconds(-1));
            if (row.ValueKind == JsonValueKind.Object)
            {
                row.GetProperty("status").GetInt32().ShouldBe(499);
                return;
            }

            attempt.ShouldBeLessThan(100, "no row with outcome aborted arrived");
            await Task.Delay(200, cancel);
        }
    }

    private Task<JsonElement> CaseAsync(string name) => clients.RunCaseAsync("openai.mjs", name);
}
