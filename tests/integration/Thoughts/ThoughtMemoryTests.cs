using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Thoughts;

/// <summary>
/// Plain chat clients, which send back tool calls and nothing else, on models that refuse to go on without the thoughts that they signed. Each turn goes to
/// another replica.
/// </summary>
public sealed class ThoughtMemoryTests(EmbeddedStores stores) : IAsyncLifetime
{
    private const string Tools = """ "tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}},"required":["at"]}}}]""";

    private readonly GatewayFixture _fixture = new();
    private readonly List<WebApplication> _replicas = [];
    private string _redis = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        _redis = await stores.RedisAsync();
        foreach (var name in (string[])["one", "two"])
            _replicas.Add(await _fixture.StartGatewayAsync(name, _redis));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Theory]
    [InlineData("anthropic", "claude-sonnet-4-5-sim-think-rounds-3")]
    [InlineData("bedrock", "anthropic.claude-sonnet-4-5-sim-think-rounds-3-v1:0")]
    [InlineData("google", "gemini-3-pro-sim-think-rounds-3")]
    public async Task Loop_OfToolsWithThinking_GoesOn_WhicheverReplicaItComesTo(string type, string upstream)
    {
        var model = await ModelAsync(type, upstream);
        foreach (var stream in (bool[])[false, true])
        {
            var key = _fixture.Identity.AddKey();
            var messages = new JsonArray(JsonNode.Parse("""{"role":"user","content":"Look around, bob@example.com"}"""));
            for (var turn = 0; turn < 4; turn++)
            {
                var (message, notes, sent) = await AskAsync(_replicas[turn % 2], key, model, messages, stream);
                notes.ShouldNotContain("thinking", customMessage: Log());
                notes.ShouldNotContain("thought_signature");

                // All turns so far have theirs.
                sent.Split(type == "google" ? "\"thoughtSignature\"" : "\"signature\"").Length.ShouldBeGreaterThan(turn);
                if (turn == 3)
                {
                    message["content"]!.GetValue<string>().ShouldContain("saw");
                    break;
                }

                messages.Add(Plain(message));
                messages.Add(JsonNode.Parse($$"""{"role":"tool","tool_call_id":"{{message["tool_calls"]![0]!["id"]}}","content":"saw {{turn}}"}"""));
            }
        }
    }

    /// <summary>The memory is the lineage's own; without it the call goes on without thinking, and says so.</summary>
    [Fact]
    public async Task Memory_OfAnotherLineage_IsNone_AndTheNotesSayWhatFollows()
    {
        var model = await ModelAsync("anthropic", "claude-sonnet-4-5-sim-tools");
        var key = _fixture.Identity.AddKey();
        var messages = new JsonArray(JsonNode.Parse("""{"role":"user","content":"Look"}"""));
        var (message, _, _) = await AskAsync(_replicas[0], key, model, messages, stream: false);
        messages.Add(Plain(message));
        messages.Add(JsonNode.Parse($$"""{"role":"tool","tool_call_id":"{{message["tool_calls"]![0]!["id"]}}","content":"saw"}"""));
        var (_, notes, sent) = await AskAsync(_replicas[1], _fixture.Identity.AddKey(), model, messages, stream: false);
        notes.ShouldContain("dropped=thinking");
        sent.ShouldNotContain("Simulated thinking");
        (await AskAsync(_replicas[1], key, model, messages, stream: false)).Sent.ShouldContain("Simulated thinking");
    }

    [Fact]
    public async Task Memory_IsSealed_AndForADay()
    {
        var model = await ModelAsync("anthropic", "claude-sonnet-4-5-sim-think-tools");
        await AskAsync(_replicas[0], _fixture.Identity.AddKey(), model, new JsonArray(JsonNode.Parse("""{"role":"user","content":"Look"}""")), stream: true);
        using var redis = await ConnectionMultiplexer.ConnectAsync(_redis);
        var keys = redis.GetServer(_redis).Keys(pattern: "tw:thoughts:*").ToArray();
        keys.ShouldNotBeEmpty();
        foreach (var key in keys)
        {
            ((string)(await redis.GetDatabase().StringGetAsync(key))!).ShouldNotContain("thinking");
            (await redis.GetDatabase().KeyTimeToLiveAsync(key))!.Value.ShouldBeLessThanOrEqualTo(TimeSpan.FromDays(1));
        }
    }

    private string Log() => string.Join(Environment.NewLine, _fixture.Logs.Lines.Where(static line => line.Contains("Thoughts", StringComparison.Ordinal)));

    /// <summary>What a client keeps that knows OpenAI's fields only.</summary>
    private static JsonNode Plain(JsonNode message) => new JsonObject
    {
        ["role"] = "assistant",
        ["content"] = message["content"]?.DeepClone(),
        ["tool_calls"] = new JsonArray([.. message["tool_calls"]!.AsArray().Select(static call => new JsonObject
        {
            ["id"] = call!["id"]!.DeepClone(), ["type"] = "function", ["function"] = call["function"]!.DeepClone(),
        })]),
    };

    private async Task<string> ModelAsync(string type, string upstream)
    {
        var model = await _fixture.AddModelAsync(upstream, provider => _fixture.SetType(provider, type));
        var sequence = _fixture.Gateway.Services.GetRequiredService<CatalogViews>().Current.Sequence;
        foreach (var replica in _replicas)
            await GatewayFixture.EventuallyAsync(() => Task.FromResult(replica.Services.GetRequiredService<CatalogViews>().Current.Sequence >= sequence));
        return model;
    }

    private async Task<(JsonNode Message, string Notes, string Sent)> AskAsync(WebApplication replica, string key, string model, JsonArray messages, bool stream)
    {
        using var http = GatewayFixture.ClientOf(replica);
        var body = $$"""{"model":"{{model}}","max_completion_tokens":9000,"reasoning_effort":"low","stream":{{(stream ? "true" : "false")}},"messages":{{messages.ToJsonString()}},{{Tools}}}""";
        using var response = await http.SendAsync(Calls.Post(key, body), Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        var answer = stream ? StreamedAnswer.Of("/v1/chat/completions", text) : JsonNode.Parse(text)!;
        var sent = Encoding.UTF8.GetString(_fixture.Simulator.Since(0).Last(call => call.RequestId == response.Id()).Body!);
        return (answer["choices"]![0]!["message"]!, response.Headers.TryGetValues("x-thinkwatch-conversion", out var notes) ? notes.Single() : "", sent);
    }
}
