using System.Text.Json;

namespace ThinkWatch.Conformance.Tests;

/// <summary>The official <c>openai</c> package's <c>client.responses</c>, on a provider that has that API and on three that have another.</summary>
public sealed class ResponsesClientTests(NodeClients clients)
{
    public static TheoryData<string> Providers { get; } = ["", "gpt-", "claude-", "gemini-"];

    public static TheoryData<string, string> Loops { get; } = new(
        from loop in (string[])["loop", "loopStored", "loopStreamed", "loopStreamedStored"] from provider in (string[])["", "gpt-", "claude-", "gemini-"] select (loop, provider));

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Response_Created_HasTextUsageAndARow(string models)
    {
        var response = await CaseAsync("create", models);
        response.GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        response.GetProperty("status").GetString().ShouldBe("completed");
        var row = await clients.Admin.LogRowAsync(response.GetProperty("requestId").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("ok");
        row.GetProperty("input_tokens").GetInt64().ShouldBe(response.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        row.GetProperty("output_tokens").GetInt64().ShouldBe(response.GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Stream_Consumed_HasTypedEventsInOrder(string models)
    {
        var stream = await CaseAsync("stream", models);
        stream.GetProperty("inOrder").GetBoolean().ShouldBeTrue();
        stream.GetProperty("final").GetString().ShouldBe(stream.GetProperty("text").GetString());
        stream.GetProperty("usage").GetProperty("output_tokens").GetInt64().ShouldBeGreaterThan(0);
        stream.GetProperty("types").EnumerateArray().Select(static type => type.GetString()).ShouldContain("response.completed");
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task ToolLoop_WithThinking_IsClosed(string loop, string models)
    {
        var result = await CaseAsync(loop, models);
        result.GetProperty("name").GetString().ShouldBe("get_weather");
        result.GetProperty("arguments").GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);
        result.GetProperty("final").GetString()!.ShouldContain("18 degrees");
        result.GetProperty("thought").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task StoredResponse_IsContinuedReadAndDeleted(string models)
    {
        var stored = await CaseAsync("stored", models);
        stored.GetProperty("same").GetBoolean().ShouldBeTrue();
        stored.GetProperty("second").GetString().ShouldNotBeNullOrEmpty();
        stored.GetProperty("gone").GetProperty("thrown").GetString().ShouldBe("NotFoundError");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ImageSchemaAndLength_AreCarried(string models)
    {
        (await CaseAsync("image", models)).GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        (await CaseAsync("parsed", models)).GetProperty("parsed").GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);
        var length = await CaseAsync("length", models);
        (length.GetProperty("status").GetString(), length.GetProperty("reason").GetString()).ShouldBe(("incomplete", "max_output_tokens"));
    }

    [Theory]
    [InlineData("wrongKey", "AuthenticationError", 401)]
    [InlineData("unknownModel", "NotFoundError", 404)]
    [InlineData("badRequest", "BadRequestError", 400)]
    [InlineData("unknownPrevious", "NotFoundError", 404)]
    [InlineData("rateLimited", "RateLimitError", 429)]
    public async Task Errors_Met_AreTypedExceptions(string name, string type, int status)
    {
        var error = await CaseAsync(name, name == "rateLimited" ? "claude-" : "");
        error.GetProperty("thrown").GetString().ShouldBe(type, error.ToString());
        error.GetProperty("status").GetInt32().ShouldBe(status);
        error.GetProperty("requestId").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("gpt-")]
    [InlineData("claude-")]
    [InlineData("gemini-")]
    public async Task Stream_ThatBreaks_Ends(string models)
    {
        var error = await CaseAsync("brokenStream", models);

        // OpenAI's own event passes through, and its client hands that on instead of throwing.
        error.GetProperty("thrown").GetString().ShouldBe(models == "gpt-" ? null : "APIError", error.ToString());
    }

    private Task<JsonElement> CaseAsync(string name, string models) => clients.RunCaseAsync("responses.mjs", name, models);
}
