using System.Text.Json;

namespace ThinkWatch.Conformance.Tests;

/// <summary>The official <c>@anthropic-ai/sdk</c> package, with nothing changed but the base URL and the key, on models of four kinds of providers; its loops on deployments of Azure too.</summary>
public sealed class AnthropicClientTests(NodeClients clients)
{
    private const string OpenAi = "";
    private const string Anthropic = "claude-";
    private const string Gemini = "gemini-";
    private const string Bedrock = "bedrock-";
    private const string Deployed = Family.Deployed;

    [Fact]
    public async Task Models_Listed_AreThoseOfTheFleet()
    {
        var list = await CaseAsync("models", OpenAi);
        list.GetProperty("type").GetString().ShouldBe("model");
        list.GetProperty("ids").EnumerateArray().Select(static id => id.GetString()).ShouldContain("sim-chat");
        (await CaseAsync("model", Anthropic)).GetProperty("id").GetString().ShouldBe("claude-sim-chat");
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    [InlineData(Bedrock)]
    public async Task Message_Answered_HasContentUsageAndARow(string models)
    {
        var message = await CaseAsync("message", models);
        message.GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        message.GetProperty("stop").GetString().ShouldBe("end_turn");
        var row = await clients.Admin.LogRowAsync(message.GetProperty("requestId").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("ok");
        row.GetProperty("input_tokens").GetInt64().ShouldBe(message.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        row.GetProperty("output_tokens").GetInt64().ShouldBe(message.GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    [InlineData(Bedrock)]
    public async Task Stream_Consumed_EndsWithUsage(string models)
    {
        var stream = await CaseAsync("stream", models);
        stream.GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        stream.GetProperty("stop").GetString().ShouldBe("end_turn");
        stream.GetProperty("usage").GetProperty("input_tokens").GetInt64().ShouldBeGreaterThan(0);
        stream.GetProperty("usage").GetProperty("output_tokens").GetInt64().ShouldBeGreaterThan(0);
        stream.GetProperty("names").EnumerateArray().Select(static name => name.GetString()).ShouldBe(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
    }

    [Theory]
    [InlineData("tools", OpenAi, 1)]
    [InlineData("tools", Anthropic, 1)]
    [InlineData("tools", Gemini, 1)]
    [InlineData("tools", Bedrock, 1)]
    [InlineData("toolsStreamed", OpenAi, 2)]
    [InlineData("toolsStreamed", Anthropic, 2)]
    [InlineData("toolsStreamed", Gemini, 2)]
    [InlineData("toolsStreamed", Bedrock, 2)]
    [InlineData("toolsStreamed", Deployed, 2)]
    [InlineData("thinking", OpenAi, 1)]
    [InlineData("thinking", Anthropic, 1)]
    [InlineData("thinking", Gemini, 1)]
    [InlineData("thinking", Bedrock, 1)]
    [InlineData("thinkingStreamed", OpenAi, 1)]
    [InlineData("thinkingStreamed", Anthropic, 1)]
    [InlineData("thinkingStreamed", Gemini, 1)]
    [InlineData("thinkingStreamed", Bedrock, 1)]
    [InlineData("thinkingStreamed", Deployed, 1)]
    public async Task Loop_OfTools_EndsInText(string name, string models, int calls)
    {
        var loop = await CaseAsync(name, models);
        loop.GetProperty("stop").GetString().ShouldBe("end_turn", loop.ToString());
        loop.GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        var inputs = loop.GetProperty("inputs").EnumerateArray().ToArray();
        inputs.Length.ShouldBe(calls);
        inputs.ShouldAllBe(static input => input.GetProperty("city").ValueKind == JsonValueKind.String);
        if (name.StartsWith("thinking", StringComparison.Ordinal) && models is not (OpenAi or Deployed))
            loop.GetProperty("turns")[0][0].GetString()!.ShouldContain("thinking");
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    [InlineData(Bedrock)]
    public async Task Schema_AskedFor_IsKept(string models) =>
        (await CaseAsync("json", models)).GetProperty("answer").GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);

    [Theory]
    [InlineData(OpenAi, "true")]
    [InlineData(Anthropic, null)]
    public async Task Tokens_Counted_SayWhenTheyAreEstimated(string models, string? estimated)
    {
        var count = await CaseAsync("count", models);
        count.GetProperty("tokens").GetInt64().ShouldBeInRange(5, 20);
        count.GetProperty("estimated").GetString().ShouldBe(estimated);
    }

    [Theory]
    [InlineData("wrongKey", OpenAi, "AuthenticationError", 401, "authentication_error")]
    [InlineData("unknownModel", OpenAi, "NotFoundError", 404, "not_found_error")]
    [InlineData("badRequest", OpenAi, "BadRequestError", 400, "invalid_request_error")]
    [InlineData("rateLimited", OpenAi, "RateLimitError", 429, "rate_limit_error")]
    [InlineData("rateLimited", Anthropic, "RateLimitError", 429, "rate_limit_error")]
    [InlineData("rateLimited", Bedrock, "RateLimitError", 429, "rate_limit_error")]
    [InlineData("upstreamFault", OpenAi, "InternalServerError", 502, "api_error")]
    [InlineData("overloaded", Anthropic, "OverloadedError", 529, "overloaded_error")]
    public async Task Errors_Met_AreTypedExceptions(string name, string models, string thrown, int status, string type)
    {
        var error = await CaseAsync(name, models);
        error.GetProperty("thrown").GetString().ShouldBe(thrown, error.ToString());
        error.GetProperty("status").GetInt32().ShouldBe(status);
        error.GetProperty("type").GetString().ShouldBe(type);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("requestId").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData(OpenAi)]
    [InlineData(Anthropic)]
    [InlineData(Gemini)]
    [InlineData(Bedrock)]
    public async Task Stream_ThatBreaks_IsAnException(string models)
    {
        var error = await CaseAsync("brokenStream", models);
        error.GetProperty("thrown").GetString().ShouldBe("APIError", error.ToString());
        error.GetProperty("type").GetString().ShouldBe("api_error");
    }

    private Task<JsonElement> CaseAsync(string name, string models) => clients.RunCaseAsync("anthropic.mjs", name, models);
}
