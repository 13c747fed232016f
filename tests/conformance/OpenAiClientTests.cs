using System.Text.Json;

namespace ThinkWatch.Conformance.Tests;

/// <summary>The official <c>openai</c> package, with nothing changed but the base URL and the key, on models of three kinds of providers; its loops on deployments of Azure too.</summary>
public sealed class OpenAiClientTests(NodeClients clients)
{
    private const string OpenAi = "";
    private const string Anthropic = "claude-";
    private const string Gemini = "gemini-";
    private const string Deployed = Family.Deployed;

    [Fact]
    public async Task Models_Listed_AreThoseOfTheFleet()
    {
        var list = await CaseAsync("models");
        list.GetProperty("object").GetString().ShouldBe("model");
        list.GetProperty("ids").EnumerateArray().Select(static i => i.GetString()).ShouldContain("sim-chat");
        (await CaseAsync("model")).GetProperty("id").GetString().ShouldBe("sim-chat");
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    public async Task Chat_Answered_HasContentUsageAndARow(string models)
    {
        var chat = await CaseAsync("chat", models);
        chat.GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        chat.GetProperty("finish").GetString().ShouldBe("stop");
        var row = await clients.Admin.LogRowAsync(chat.GetProperty("requestId").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("ok");
        row.GetProperty("input_tokens").GetInt64().ShouldBe(chat.GetProperty("usage").GetProperty("prompt_tokens").GetInt64());
        row.GetProperty("output_tokens").GetInt64().ShouldBe(chat.GetProperty("usage").GetProperty("completion_tokens").GetInt64());
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    public async Task Stream_Consumed_EndsAndHidesTheUsageNobodyAskedFor(string models)
    {
        var stream = await CaseAsync("stream", models);
        stream.GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        stream.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(2);
        stream.GetProperty("finish").GetString().ShouldBe("stop");
        stream.GetProperty("usage").ValueKind.ShouldBe(JsonValueKind.Null);
        (await CaseAsync("streamWithUsage", models)).GetProperty("usage").GetProperty("total_tokens").GetInt64().ShouldBeGreaterThan(0);
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
    [InlineData("loop", OpenAi, 1)]
    [InlineData("loop", Anthropic, 1)]
    [InlineData("loop", Gemini, 1)]
    [InlineData("loopStreamed", OpenAi, 2)]
    [InlineData("loopStreamed", Anthropic, 2)]
    [InlineData("loopStreamed", Gemini, 2)]
    [InlineData("loopStreamed", Deployed, 2)]
    [InlineData("parallelStreamed", OpenAi, 2)]
    [InlineData("parallelStreamed", Anthropic, 2)]
    [InlineData("parallelStreamed", Gemini, 2)]
    [InlineData("parallelStreamed", Deployed, 2)]
    [InlineData("thinking", Anthropic, 1)]
    [InlineData("thinking", Gemini, 1)]
    [InlineData("thinkingStreamed", Anthropic, 1)]
    [InlineData("thinkingStreamed", Gemini, 1)]
    [InlineData("thinkingStreamed", Deployed, 1)]
    [InlineData("runTools", Anthropic, 1)]
    [InlineData("runTools", Gemini, 1)]
    public async Task Loop_OfTools_EndsInText(string name, string models, int calls)
    {
        var loop = await CaseAsync(name, models);
        loop.GetProperty("finish").GetString().ShouldBe("stop", loop.ToString());
        loop.GetProperty("content").GetString().ShouldNotBeNullOrEmpty();
        loop.GetProperty("calls").EnumerateArray().Select(static call => call.GetProperty("city").ValueKind).ShouldBe(Enumerable.Repeat(JsonValueKind.String, calls));
        if (models == Anthropic && name.StartsWith("thinking", StringComparison.Ordinal))
            loop.GetProperty("thoughts").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    public async Task Schema_AskedFor_IsKept(string models)
    {
        var schema = await CaseAsync("schema", models);
        schema.GetProperty("finish").GetString().ShouldBe("stop");
        schema.GetProperty("answer").EnumerateObject().Select(static member => (member.Name, member.Value.ValueKind))
            .ShouldBe([("city", JsonValueKind.String), ("people", JsonValueKind.Number)], ignoreOrder: true);
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    public async Task Image_Shown_IsSeen(string models)
    {
        var seen = (await CaseAsync("image", models)).GetProperty("seen").ToString();
        seen.ShouldContain("image/png");
        seen.ShouldContain("What is this?");
        seen.ShouldContain("Be brief");
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Gemini)]
    public async Task Texts_Embedded_AreVectors(string models)
    {
        var embeddings = await CaseAsync("embeddings", models);
        embeddings.GetProperty("lengths").EnumerateArray().Select(static length => length.GetInt32()).ShouldBe([8, 8]);
        embeddings.GetProperty("tokens").GetInt32().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("wrongKey", OpenAi, "AuthenticationError", 401)]
    [InlineData("unknownModel", OpenAi, "NotFoundError", 404)]
    [InlineData("badRequest", OpenAi, "BadRequestError", 400)]
    [InlineData("rateLimited", OpenAi, "RateLimitError", 429)]
    [InlineData("rateLimited", Anthropic, "RateLimitError", 429)]
    [InlineData("rateLimited", Gemini, "RateLimitError", 429)]
    [InlineData("upstreamFault", OpenAi, "InternalServerError", 502)]
    [InlineData("upstreamFault", Anthropic, "InternalServerError", 502)]
    [InlineData("upstreamFault", Gemini, "InternalServerError", 502)]
    public async Task Errors_Met_AreTypedExceptions(string name, string models, string type, int status)
    {
        var error = await CaseAsync(name, models);
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

    private Task<JsonElement> CaseAsync(string name, string models = OpenAi) => clients.RunCaseAsync("openai.mjs", name, models);
}
