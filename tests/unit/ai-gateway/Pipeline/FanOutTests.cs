using System.Net;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Several answers of a provider that gives one to a call: it is called several times at once, and the client cannot tell.</summary>
public sealed class FanOutTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("anthropic", false, 3)]
    [InlineData("anthropic", true, 3)]
    [InlineData("bedrock", false, 2)]
    [InlineData("bedrock", true, 8)]
    [InlineData("google", false, 3)]
    [InlineData("google", true, 3)]
    [InlineData("custom", true, 3)]
    public async Task Choices_AreAllThere_InOneRow(string type, bool stream, int n)
    {
        var model = await ModelAsync(type, "chat");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, n, stream));
        var answer = await AnswerAsync(response, stream);
        var choices = answer.GetProperty("choices").EnumerateArray().ToArray();
        choices.Select(static choice => choice.GetProperty("index").GetInt32()).ShouldBe(Enumerable.Range(0, n));
        choices.ShouldAllBe(static choice => choice.GetProperty("message").GetProperty("content").GetString()!.EndsWith("Hello there") && choice.GetProperty("finish_reason").GetString() == "stop");
        var calls = Received(response);
        var several = type is "anthropic" or "bedrock";
        calls.Length.ShouldBe(several ? n : 1);
        if (several)
            calls.ShouldAllBe(call => !Encoding.UTF8.GetString(call.Body!).Contains("\"n\""));

        // Each call is paid for.
        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.Status, row.UsageSource).ShouldBe((Outcome.Ok, 200, "upstream"));
        var usage = answer.GetProperty("usage");
        (row.InputTokens, row.OutputTokens).ShouldBe((usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64()));
        if (several)
            (row.InputTokens % n, row.OutputTokens % n).ShouldBe((0, 0));
        JsonDocument.Parse(row.ResponseBody.ToStringUtf8()).RootElement.GetProperty("choices").GetArrayLength().ShouldBe(n);
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("bedrock")]
    public async Task Stream_Interleaves_WhatComes(string type)
    {
        var model = await ModelAsync(type, "drip-40,words-10");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, 3, stream: true));
        var order = StreamedAnswer.Events(await response.Content.ReadAsStringAsync())
            .SelectMany(static one => one["choices"]!.AsArray()).Select(static choice => (int)choice!["index"]!).ToArray();
        Enumerable.Range(1, order.Length - 1).Count(i => order[i] != order[i - 1]).ShouldBeGreaterThan(6);
    }

    /// <summary>Tool calls and signed thoughts of each choice stay its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Choices_HaveTheirOwnToolCalls(bool stream)
    {
        var model = await ModelAsync("anthropic", "think-tools");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(
            model, 2, stream, ""","reasoning_effort":"low","tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}},"required":["at"]}}}]"""));
        foreach (var choice in (await AnswerAsync(response, stream)).GetProperty("choices").EnumerateArray())
        {
            choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
            choice.GetProperty("message").GetProperty("tool_calls").GetArrayLength().ShouldBe(1);
            choice.GetProperty("message").GetProperty("thinking_blocks")[0].GetProperty("signature").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("anthropic", 9, false)]
    [InlineData("bedrock", 100, true)]
    [InlineData("google", 9, false)]
    [InlineData("custom", 129, false)]
    public async Task TooMany_AreRefused_SayingHowMany(string type, int n, bool stream)
    {
        var model = await ModelAsync(type, "chat");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, n, stream));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        error.GetProperty("param").GetString().ShouldBe("n");
        error.GetProperty("message").GetString()!.ShouldContain(type == "custom" ? "128" : "8");
        Received(response).ShouldBeEmpty();
    }

    /// <summary>The simulator fails the first call that it sees of a request: all three go once more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneThatFails_FailsAll_AndAllAreTriedAgain(bool stream)
    {
        var model = await ModelAsync("anthropic", "flaky-1");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, 3, stream));
        (await AnswerAsync(response, stream)).GetProperty("choices").GetArrayLength().ShouldBe(3);
        Received(response).Length.ShouldBeInRange(4, 6);
        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.Retries).ShouldBe((Outcome.Ok, 1));
    }

    [Theory]
    [InlineData("error-400", false, 400)]
    [InlineData("500", true, 502)]
    [InlineData("malformed", false, 502)]
    public async Task Failure_IsOne(string scenario, bool stream, int status)
    {
        var model = await ModelAsync("anthropic", scenario);
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, 3, stream));
        ((int)response.StatusCode).ShouldBe(status);
        (await gateway.RowAsync(response.Id())).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("cut", 502)]
    [InlineData("stall", 504)]
    [InlineData("error-event", 502)]
    public async Task Stream_ThatBreaks_EndsWithTheError(string scenario, int status)
    {
        var model = await ModelAsync("anthropic", scenario);
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Ask(model, 3, stream: true));
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldNotContain("[DONE]");
        text.ShouldContain("\"error\"");
        (await gateway.RowAsync(response.Id())).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Client_ThatGoes_TakesAllCallsWithIt()
    {
        var model = await ModelAsync("anthropic", "drip-200,words-100");
        using var stop = new CancellationTokenSource();
        string id;
        using (var response = await gateway.Http.SendAsync(Calls.Post(gateway.Identity.AddKey(), Ask(model, 3, stream: true)), HttpCompletionOption.ResponseHeadersRead, stop.Token))
        {
            id = response.Id();
            await using var stream = await response.Content.ReadAsStreamAsync(stop.Token);
            await stream.ReadExactlyAsync(new byte[10], stop.Token);
            await stop.CancelAsync();
        }

        await GatewayFixture.EventuallyAsync(() => Task.FromResult(
            gateway.Simulator.Since(0).Where(call => call.RequestId == id).ToArray() is { Length: 3 } calls && Array.TrueForAll(calls, static call => call.End == "aborted")));
        var row = await gateway.RowAsync(id);
        (row.Outcome, row.Status).ShouldBe((Outcome.Aborted, 499));
    }

    /// <summary>All places of the provider are needed for the calls of one; what was taken is given back.</summary>
    [Fact]
    public async Task Provider_WithoutRoomForAll_IsBusy()
    {
        await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["gateway.max_concurrent_per_provider"] = "2");
        try
        {
            var (key, model) = (gateway.Identity.AddKey(), await ModelAsync("anthropic", "chat"));
            using var three = await gateway.ChatAsync(key, Ask(model, 3, stream: false));
            three.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await three.ErrorAsync()).Code().ShouldBe("provider_busy");

            // A place is given back in the moment after its answer has ended.
            foreach (var stream in (bool[])[false, true])
                await GatewayFixture.EventuallyAsync(async () => (await gateway.ChatAsync(key, Ask(model, 2, stream))).StatusCode == HttpStatusCode.OK);
        }
        finally
        {
            await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings.Remove("gateway.max_concurrent_per_provider"));
        }
    }

    private static string Ask(string model, int n, bool stream, string extra = "") =>
        Calls.Chat(model, $",\"n\":{n},\"max_completion_tokens\":9000{(stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")}{extra}");

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage response, bool stream)
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return JsonDocument.Parse(stream ? StreamedAnswer.Of("/v1/chat/completions", body).ToJsonString() : body).RootElement;
    }

    private Call[] Received(HttpResponseMessage response) => [.. gateway.Simulator.Since(0).Where(call => call.RequestId == response.Id())];

    private Task<string> ModelAsync(string type, string scenario) =>
        gateway.AddModelAsync(type == "bedrock" ? $"anthropic.claude-sim-{scenario}-v1:0" : "sim-" + scenario, added => gateway.SetType(added, type));
}
