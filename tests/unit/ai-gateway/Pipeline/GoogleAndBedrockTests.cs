using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>An OpenAI client's calls to models of Google and Bedrock, through the gateway, answered by imitations that check signatures of requests and of thoughts.</summary>
public sealed class GoogleAndBedrockTests(GatewayFixture gateway)
{
    private const string Tools = """
        ,"tools":[{"type":"function","function":{"name":"get.weather","description":"Tells it","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]}
        """;

    private readonly string _key = gateway.Identity.AddKey();

    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("google", "gemini-sim-chat")]
    [InlineData("bedrock", "anthropic.claude-sim-chat-v1:0")]
    [InlineData("bedrock", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-sim-chat-v1:0")]
    [InlineData("bedrock-session", "amazon.nova-sim-chat-v1:0")]
    public async Task Chat_IsAnswered_WholeAndStreamed(string type, string upstreamModel)
    {
        var model = await AddModelAsync(type, upstreamModel);
        var whole = await SendAsync(Calls.Chat(model));
        var message = whole["choices"]![0]!["message"]!;
        message["content"]!.GetValue<string>().ShouldBe("Simulated answer from the ThinkWatch provider simulator. You said: Hello there");
        whole["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        whole["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);
        whole["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);

        var (events, id) = await StreamAsync(Calls.Chat(model, ""","stream":true,"stream_options":{"include_usage":true}"""));
        string.Concat(events.Select(static one => one["choices"]?.AsArray().FirstOrDefault()?["delta"]?["content"]?.GetValue<string>())).ShouldBe(message["content"]!.GetValue<string>());
        events.Last(static one => one["usage"] is not null)["usage"]!.ToJsonString().ShouldBe(whole["usage"]!.ToJsonString());
        var row = await gateway.RowAsync(id);
        row.InputTokens.ShouldBe(whole["usage"]!["prompt_tokens"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("google", "gemini-sim-think-tools", false)]
    [InlineData("google", "gemini-sim-think-tools", true)]
    [InlineData("google", "gemini-sim-think-tools,parallel,rounds-2", false)]
    [InlineData("bedrock", "anthropic.claude-sim-think-tools-v1:0", false)]
    [InlineData("bedrock", "anthropic.claude-sim-think-tools-v1:0", true)]
    [InlineData("bedrock", "anthropic.claude-sim-redacted,tools-v1:0", false)]
    [InlineData("bedrock", "anthropic.claude-sim-think-tools,parallel,rounds-2", true)]
    [InlineData("bedrock", "deepseek.sim-think-tools", true)]
    public async Task ToolLoop_WithThinkingOn_GoesOnToItsEnd(string type, string upstreamModel, bool stream)
    {
        var model = await AddModelAsync(type, upstreamModel);
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Weather in Ulm?" });
        for (var round = 0; ; round++)
        {
            round.ShouldBeLessThan(4);
            var body = $$"""{"model":"{{model}}","messages":{{messages.ToJsonString()}},"max_tokens":4000,"reasoning_effort":"low","stream":{{(stream ? "true" : "false")}}{{Tools}}""";
            var message = stream ? Assembled((await StreamAsync(body)).Events) : (JsonObject)(await SendAsync(body))["choices"]![0]!["message"]!.DeepClone();
            messages.Add(message);
            if (message["tool_calls"] is not JsonArray calls)
            {
                round.ShouldBeGreaterThan(0);
                message["content"]!.GetValue<string>().ShouldStartWith("Simulated answer: the tool said: 18 degrees");
                if (upstreamModel.Contains("think", StringComparison.Ordinal) || upstreamModel.Contains("redacted", StringComparison.Ordinal))
                    LastReceived().ShouldContain(type == "google" ? "\"thoughtSignature\":\"" : "\"reasoningContent\":{");
                LastReceived().ShouldNotContain("skip_thought_signature_validator");
                break;
            }

            calls.Select(static call => call!["id"]!.GetValue<string>()).ShouldBeUnique();
            foreach (var call in calls)
            {
                call!["function"]!["name"]!.GetValue<string>().ShouldBe("get.weather");
                JsonNode.Parse(call["function"]!["arguments"]!.GetValue<string>())!["city"].ShouldNotBeNull();
                messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call["id"]!.GetValue<string>(), ["content"] = "18 degrees" });
            }
        }
    }

    [Theory]
    [InlineData("google", "gemini-sim-error-429", HttpStatusCode.TooManyRequests)]
    [InlineData("google", "gemini-sim-error-400", HttpStatusCode.BadRequest)]
    [InlineData("google", "gemini-sim-error-403", HttpStatusCode.BadGateway)]
    [InlineData("google-wrong", "gemini-sim-chat", HttpStatusCode.BadGateway)]
    [InlineData("bedrock", "anthropic.claude-sim-error-429-v1:0", HttpStatusCode.TooManyRequests)]
    [InlineData("bedrock", "anthropic.claude-sim-error-400-v1:0", HttpStatusCode.BadRequest)]
    [InlineData("bedrock-wrong", "anthropic.claude-sim-chat-v1:0", HttpStatusCode.BadGateway)]
    public async Task Error_OfTheProvider_IsReshaped(string type, string upstreamModel, HttpStatusCode expected)
    {
        var model = await AddModelAsync(type, upstreamModel);
        using var response = await gateway.ChatAsync(_key, Calls.Chat(model));
        response.StatusCode.ShouldBe(expected);
        var error = await response.ErrorAsync();
        if (expected == HttpStatusCode.BadGateway)
            error.Code().ShouldBe("provider_auth");
        else if (type == "bedrock")
            error.Code().ShouldBe(expected == HttpStatusCode.BadRequest ? "ValidationException" : "ThrottlingException");
    }

    [Theory]
    [InlineData("google", "gemini-sim-cut")]
    [InlineData("google", "gemini-sim-drip-30,malformed")]
    [InlineData("google", "gemini-sim-error-event")]
    [InlineData("bedrock", "anthropic.claude-sim-cut-v1:0")]
    [InlineData("bedrock", "anthropic.claude-sim-cut-event-v1:0")]
    [InlineData("bedrock", "anthropic.claude-sim-drip-30,malformed-v1:0")]
    [InlineData("bedrock", "anthropic.claude-sim-error-event-v1:0")]
    public async Task Stream_ThatBreaks_EndsWithAnErrorEvent(string type, string upstreamModel)
    {
        var model = await AddModelAsync(type, upstreamModel);
        var (events, id) = await StreamAsync(Calls.Chat(model, ",\"stream\":true"));
        events[^1]["error"].ShouldNotBeNull();
        (await gateway.RowAsync(id)).Outcome.ShouldBe(Contracts.Audit.Outcome.Error);
    }

    [Theory]
    [InlineData("google", "gemini-sim-cached")]
    [InlineData("bedrock", "anthropic.claude-sim-cached")]
    public async Task Usage_ReportedInAnyPlace_IsTheSame(string type, string upstreamModel)
    {
        var whole = (await SendAsync(Calls.Chat(await AddModelAsync(type, upstreamModel))))["usage"]!.ToJsonString();
        foreach (var place in (string[])["", ",usage-first", ",usage-split", ",usage-choices"])
        {
            var model = await AddModelAsync(type, upstreamModel + place);
            var (events, _) = await StreamAsync(Calls.Chat(model, ""","stream":true,"stream_options":{"include_usage":true}"""));
            events.Last(static one => one["usage"] is not null)["usage"]!.ToJsonString().ShouldBe(whole, place);
        }
    }

    [Theory]
    [InlineData("google", "gemini-embedding-001", 3072, 3)]
    [InlineData("bedrock", "cohere.embed-multilingual-v3", 1024, 3)]
    [InlineData("bedrock", "amazon.titan-embed-text-v2:0", 1024, 1)]
    public async Task Embeddings_AreMade(string type, string upstreamModel, int length, int inputs)
    {
        var model = await AddModelAsync(type, upstreamModel);
        var input = new JsonArray([.. Enumerable.Range(0, inputs).Select(static i => (JsonNode)$"text {i}")]);
        using var request = Calls.Post(_key, $$"""{"model":"{{model}}","input":{{input.ToJsonString()}}}""");
        request.RequestUri = new Uri("/v1/embeddings", UriKind.Relative);
        using var response = await gateway.Http.SendAsync(request, _cancelled);
        var answer = await ReadAsync(response);
        answer["data"]!.AsArray().Select(static one => one!["embedding"]!.AsArray().Count).ShouldBe(Enumerable.Repeat(length, inputs));
        answer["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);
    }

    private Task<string> AddModelAsync(string type, string upstreamModel) => gateway.AddModelAsync(upstreamModel, provider =>
    {
        provider.ProviderType = type.Split('-')[0];
        if (type == "google")
            return;
        provider.ApiKeys.Clear();
        if (type == "google-wrong")
        {
            provider.ApiKeys.Add(gateway.SealedKey("k-wrong-" + provider.Name, "another"));
            return;
        }

        var config = type switch
        {
            "bedrock-session" => """{"region":"eu-central-1","access_key_id":"ASIASIMULATOR","secret_access_key":"simulator","session_token":"simulator-session"}""",
            "bedrock-wrong" => """{"region":"eu-central-1","access_key_id":"SIMULATOR","secret_access_key":"wrong"}""",
            _ => """{"region":"us-east-1","access_key_id":"SIMULATOR","secret_access_key":"simulator"}""",
        };
        provider.SealedConfig = gateway.SealConfig(provider.Id, config);
    });

    private string LastReceived() => Encoding.UTF8.GetString(gateway.Simulator.Since(0)[^1].Body!);

    private async Task<JsonNode> SendAsync(string body)
    {
        using var response = await gateway.ChatAsync(_key, body);
        return await ReadAsync(response);
    }

    private async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(_cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<(List<JsonNode> Events, string Id)> StreamAsync(string body)
    {
        using var response = await gateway.ChatAsync(_key, body);
        var text = await response.Content.ReadAsStringAsync(_cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(static one => one.StartsWith("data: {", StringComparison.Ordinal)).Select(static one => JsonNode.Parse(one[6..])!).ToList();
        return (events, response.Id());
    }

    /// <summary>The message that a client makes of a stream's deltas: strings joined, lists by their index, all else as it came.</summary>
    private static JsonObject Assembled(List<JsonNode> events)
    {
        var message = new JsonObject();
        foreach (var one in events)
        {
            if (one["choices"]!.AsArray() is [{ } choice, ..] && choice["delta"] is JsonObject delta)
                Merge(message, delta);
        }

        return message;
    }

    private static void Merge(JsonObject into, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            switch (value, into[name])
            {
                case (null, _):
                    break;
                case (JsonArray list, JsonArray known):
                    MergeList(known, list);
                    break;
                case (JsonArray list, null):
                    var made = new JsonArray();
                    into[name] = made;
                    MergeList(made, list);
                    break;
                case (JsonObject inner, JsonObject known):
                    Merge(known, inner);
                    break;
                case (JsonValue next, JsonValue known) when next.GetValueKind() == JsonValueKind.String && name is not ("role" or "type" or "id" or "name" or "format"):
                    into[name] = known.GetValue<string>() + next.GetValue<string>();
                    break;
                default:
                    into[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static void MergeList(JsonArray into, JsonArray more)
    {
        foreach (var item in more)
        {
            var index = item!["index"]?.GetValue<int>();
            var known = into.FirstOrDefault(one => index is not null && one!["index"]?.GetValue<int>() == index);
            if (known is JsonObject same)
                Merge(same, (JsonObject)item);
            else
                into.Add(item.DeepClone());
        }
    }
}
