using System.Text.Json;
using ThinkWatch.Conformance.Tests.Wire;

namespace ThinkWatch.Conformance.Tests;

/// <summary>
/// The AI SDK (<c>ai</c>) by way of four of its packages (<c>openai</c> and <c>responses</c>: <c>@ai-sdk/openai</c>, <c>anthropic</c>: <c>@ai-sdk/anthropic</c>,
/// <c>compatible</c>: <c>@ai-sdk/openai-compatible</c>), with nothing changed but the base URL and the key, on models of every kind of providers.
/// </summary>
public sealed class AiSdkTests(NodeClients clients)
{
    private static readonly string[] s_packages = ["openai", "responses", "anthropic", "compatible"];

    /// <summary>Models that answer to the end.</summary>
    private static readonly string[] s_compared = ["sim-chat", "sim-rounds-2", "sim-parallel", "sim-think-tools", "sim-json", "sim-inspect"];

    public static MatrixTheoryData<string, string> Cells => new(s_packages, Family.All);

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Text_Generated_HasUsageAndARow(string package, string models)
    {
        var text = await CaseAsync(package, models, "text");
        text.GetProperty("text").GetString()!.ShouldContain("wörld 你好");
        text.GetProperty("finish").GetString().ShouldBe("stop");
        var row = await clients.Admin.LogRowAsync(text.GetProperty("id").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("ok");
        row.GetProperty("input_tokens").GetInt64().ShouldBe(text.GetProperty("usage").GetProperty("inputTokens").GetInt64());
        row.GetProperty("output_tokens").GetInt64().ShouldBe(text.GetProperty("usage").GetProperty("outputTokens").GetInt64());
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Text_Streamed_EndsWithUsage(string package, string models)
    {
        var stream = await CaseAsync(package, models, "stream");
        stream.GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        stream.GetProperty("finish").GetString().ShouldBe("stop");
        stream.GetProperty("usage").GetProperty("outputTokens").GetInt64().ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Loop_OfTools_EndsInText(string package, string models)
    {
        await ExpectLoopAsync(package, models, "loop", steps: 3, calls: 2);
        await ExpectLoopAsync(package, models, "parallelStreamed", steps: 2, calls: 2);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Loop_WithThinking_EndsInText(string package, string models)
    {
        foreach (var name in package == "responses" ? (string[])["thinking", "thinkingStreamed", "thinkingStored"] : ["thinking", "thinkingStreamed"])
        {
            var loop = await ExpectLoopAsync(package, models, name, steps: 2, calls: 1);

            // That package knows no field for thoughts.
            if (package != "openai" && !Family.HidesThoughts(models, overResponses: package == "responses"))
                loop.GetProperty("thoughts").GetString()!.ShouldContain("思考", customMessage: $"{name}: {loop}");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Object_AskedFor_FitsItsSchema(string package, string models)
    {
        foreach (var name in (string[])["object", "objectStreamed"])
        {
            var made = await CaseAsync(package, models, name);
            made.GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);
            made.GetProperty("people").ValueKind.ShouldBe(JsonValueKind.Number);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Image_Shown_IsSeenWhole(string package, string models)
    {
        var image = await CaseAsync(package, models, "image");
        var seen = image.GetProperty("seen");
        seen.GetProperty("system").ToString().ShouldContain("Be brief");
        var parts = seen.GetProperty("messages")[0].GetProperty("parts").EnumerateArray().ToArray();
        parts[0].GetProperty("text").GetString().ShouldBe("What is this?");
        parts[1].GetProperty("media_type").GetString().ShouldBe("image/png");
        parts[1].GetProperty("bytes").GetInt32().ShouldBe(image.GetProperty("bytes").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Errors_Met_AreTypedExceptions(string package, string models)
    {
        (string Case, int Status, bool Retryable)[] expected = [("wrongKey", 401, false), ("unknownModel", 404, false), ("rateLimited", 429, true)];
        foreach (var (name, status, retryable) in expected)
        {
            var error = await CaseAsync(package, models, name);
            error.GetProperty("thrown").GetString().ShouldBe("AI_APICallError", error.ToString());
            error.GetProperty("status").GetInt32().ShouldBe(status);
            error.GetProperty("retryable").GetBoolean().ShouldBe(retryable);
            error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Stream_ThatBreaks_IsAnError(string package, string models) =>
        (await CaseAsync(package, models, "brokenStream")).GetProperty("message").GetString().ShouldBe("The provider broke off its answer.");

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Stream_Aborted_IsInItsRow(string package, string models)
    {
        var abort = await CaseAsync(package, models, "abort");
        abort.GetProperty("deltas").GetInt32().ShouldBe(3);
        abort.GetProperty("last").GetString().ShouldBe("abort");
        var row = await clients.Admin.LogRowAsync(abort.GetProperty("id").GetString()!, TestContext.Current.CancellationToken);
        row.GetProperty("outcome").GetString().ShouldBe("aborted");
        row.GetProperty("status").GetInt32().ShouldBe(499);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Calls_AtTheProvider_HaveLostNothingThatNoNoteNames(string package, string models)
    {
        var run = await RunAsync(package);
        var mine = run with { Calls = [.. run.Calls.Where(call => call.Status == 200 && s_compared.Any(name => ModelOf(call) == models + name))] };
        var pairs = await mine.AtTheProviderAsync(clients, TestContext.Current.CancellationToken);
        pairs.Count.ShouldBe(package == "responses" ? 16 : 14);
        string.Join('\n', pairs.SelectMany(static pair => pair.Lost().Select(lost => $"{ModelOf(pair.Sent)} {lost} (notes: {pair.Sent.Notes})")).Distinct()).ShouldBeEmpty();
    }

    private async Task<JsonElement> ExpectLoopAsync(string package, string models, string name, int steps, int calls)
    {
        var loop = await CaseAsync(package, models, name);
        loop.GetProperty("finish").GetString().ShouldBe("stop", $"{name}: {loop}");
        loop.GetProperty("text").GetString()!.ShouldContain("晴れ", customMessage: $"{name}: {loop}");
        loop.GetProperty("steps").GetInt32().ShouldBe(steps, $"{name}: {loop}");
        loop.GetProperty("calls").EnumerateArray().Select(static call => call.GetProperty("city").ValueKind).ShouldBe(Enumerable.Repeat(JsonValueKind.String, calls));
        return loop;
    }

    private async Task<JsonElement> CaseAsync(string package, string models, string name)
    {
        var result = (await RunAsync(package)).Events.Single().GetProperty(models).GetProperty(name);
        result.TryGetProperty("failed", out var failed).ShouldBeFalse($"{name}: {failed}");
        return result;
    }

    private Task<Conversation> RunAsync(string package) => clients.RunAllCasesAsync("ai.mjs", package, Family.All);

    private static string? ModelOf(RecordedCall call)
    {
        using var body = JsonDocument.Parse(call.Body);
        return body.RootElement.GetProperty("model").GetString();
    }
}
