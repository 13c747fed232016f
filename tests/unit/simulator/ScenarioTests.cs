using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>Every command means the same on every format.</summary>
public sealed class ScenarioTests(Simulator simulator)
{
    public static TheoryData<string> Formats => [.. Wire.Formats];

    public static TheoryData<string, string> BreakingCommands =>
        [.. Wire.Formats.SelectMany(static format => (string[])["cut", "cut-event", "drop"], static (format, command) => (format, command))];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Fault_429_HasRetryAfterAndTheFormatsShape(string format)
    {
        using var response = await simulator.CallAsync(format, "claude-sim-429", stream: true);
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.GetValues("retry-after").Single().ShouldBe("1");
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        var kind = format switch
        {
            "anthropic" => body["error"]!["type"]!.GetValue<string>(),
            "gemini" => body["error"]!["status"]!.GetValue<string>(),
            "bedrock" => response.Headers.GetValues("x-amzn-errortype").Single(),
            _ => body["error"]!["code"]!.GetValue<string>(),
        };
        kind.ShouldBe(format switch
        {
            "anthropic" => "rate_limit_error",
            "gemini" => "RESOURCE_EXHAUSTED",
            "bedrock" => "ThrottlingException",
            _ => "rate_limit_exceeded",
        });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Status_AnyThatWasAskedFor_IsAnswered(string format)
    {
        foreach (var (model, status) in ((string, int)[])[("sim-500", 500), ("sim-529", 529), ("sim-error-503", 503), ("sim-overloaded", 529)])
        {
            using var response = await simulator.CallAsync(format, model, stream: false);
            ((int)response.StatusCode).ShouldBe(status);
        }
    }

    [Theory]
    [MemberData(nameof(BreakingCommands))]
    public async Task Connection_BrokenAsCommanded_IsNoWholeAnswer(string format, string command)
    {
        foreach (var stream in (bool[])[true, false])
            await Should.ThrowAsync<HttpRequestException>(() => simulator.TextAsync(format, "sim-" + command, stream));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Stream_Stalled_FallsSilentAfterItsBeginning(string format)
    {
        using var response = await simulator.CallAsync(format, "sim-stall", stream: true);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var received = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            var buffer = new byte[4096];
            for (int read; (read = await body.ReadAsync(buffer, patience.Token)) > 0;)
                received += read;
        });
        received.ShouldBeGreaterThan(50);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Answer_Slow_ComesAfterTheDelay(string format)
    {
        var started = Stopwatch.GetTimestamp();
        (await simulator.TextAsync(format, "sim-slow-400", stream: true)).ShouldNotBeEmpty();
        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(390));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Answer_HugeOrInManyPieces_ArrivesWhole(string format)
    {
        (await simulator.TextAsync(format, "sim-huge", stream: false)).Length.ShouldBeGreaterThan(1_000_000);
        var tiny = await simulator.TextAsync(format, "sim-tiny-300", stream: true);
        (tiny.Split(format == "bedrock" ? "contentBlockDelta" : "data: ").Length - 1).ShouldBeGreaterThanOrEqualTo(300);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Usage_Withheld_IsNowhere(string format)
    {
        var word = format switch
        {
            "gemini" => "promptTokenCount",
            "bedrock" => "inputTokens",
            "chat" or "azure" => "prompt_tokens",
            _ => "input_tokens",
        };
        foreach (var stream in (bool[])[true, false])
        {
            (await simulator.TextAsync(format, "sim-chat", stream)).ShouldContain(word);
            (await simulator.TextAsync(format, "sim-nousage", stream)).ShouldNotContain(word);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Inspection_OfTheSameCall_IsTheSameOnEveryFormat(string format)
    {
        var seen = await InspectAsync(format);
        var chat = await InspectAsync("chat");
        foreach (var own in (string[])["format", "sampling", "other_fields"])
        {
            seen.Remove(own);
            chat.Remove(own);
        }

        JsonNode.DeepEquals(seen, chat).ShouldBeTrue(seen.ToJsonString());
    }

    [Fact]
    public async Task Scenarios_Listed_AreAllUnderstood()
    {
        using var list = JsonDocument.Parse(await simulator.Http.GetStringAsync(simulator.Url + "/simulator/scenarios", TestContext.Current.CancellationToken));
        foreach (var scenario in list.RootElement.EnumerateObject().Where(static scenario => scenario.Name != "sim-chat"))
        {
            scenario.Value.GetString().ShouldNotBeNullOrEmpty();
            Behaviour.Of(scenario.Name.Replace("-MS", "-7").Replace("-N", "-7").Replace("-K", "-7").Replace("-S", "-7"), null, null).ShouldNotBe(Behaviour.Plain, scenario.Name);
        }
    }

    [Fact]
    public async Task Scenarios_InTheDocumentation_AreAllOfThem()
    {
        var root = typeof(ScenarioTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepoRoot").Value!;
        var text = await File.ReadAllTextAsync(Path.Combine(root, "docs", "simulator.md"), TestContext.Current.CancellationToken);
        foreach (var (name, meaning) in Commands.All)
            text.ShouldContain($"| `sim-{name}` | {meaning} |");
    }

    [Theory]
    [InlineData("sim-think-tools")]
    [InlineData("claude-sim-think-tools")]
    [InlineData("gemini-2.5-sim-think-tools-001")]
    [InlineData("eu.anthropic.claude-sim-think-tools-v1:0")]
    [InlineData("gpt-sim-think,tools")]
    public void Command_AfterAnyVendorsPrefix_IsUnderstood(string model)
    {
        Behaviour.Of(model, null, null).ShouldBe(Behaviour.Plain with { Think = true, CallTools = true });
        Behaviour.Of("simple-" + model.Replace("sim-", ""), null, null).ShouldBe(Behaviour.Plain);
    }

    private async Task<JsonObject> InspectAsync(string format)
    {
        var body = JsonNode.Parse(await simulator.TextAsync(format, "sim-inspect", stream: false))!;
        var text = format switch
        {
            "anthropic" => body["content"]![0]!["text"],
            "gemini" => body["candidates"]![0]!["content"]!["parts"]![0]!["text"],
            "bedrock" => body["output"]!["message"]!["content"]![0]!["text"],
            "responses" => body["output"]![0]!["content"]![0]!["text"],
            _ => body["choices"]![0]!["message"]!["content"],
        };
        return JsonNode.Parse(text!.GetValue<string>())!.AsObject();
    }
}
