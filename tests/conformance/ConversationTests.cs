using System.Text.Json;
using ThinkWatch.Conformance.Tests.Agents;
using ThinkWatch.Conformance.Tests.Wire;

namespace ThinkWatch.Conformance.Tests;

/// <summary>
/// The official packages and both command-line agents hold a conversation of several turns with tools, thinking and images, streamed, with the models of every
/// kind of provider; and what the provider received is compared with what the client sent.
/// </summary>
public sealed class ConversationTests(NodeClients clients)
{
    private const string Chosen = """get_weather {"city":"Zürich \"Altstadt\"","days":3} get_map {"where":{"lat":47.37,"lon":8.54},"layers":["rain","wind"]} get_weather {"city":"Łódź","days":1}""";

    public static MatrixTheoryData<string, string> Packages => new(Conversation.Packages, Family.All);

    /// <summary>The agents take their time.</summary>
    public static MatrixTheoryData<string, string> Agents => new(Conversation.Agents, Family.Types);

    public static TheoryData<string> Families => new(Family.Types);

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task Loop_OfTheOfficialPackages_EndsInTextTwice(string package, string models)
    {
        var held = (await clients.ConverseAsync(package, models)).Events.Single();
        var calls = held.GetProperty("calls").EnumerateArray().Select(static call => $"{call.GetProperty("name").GetString()} {Relaxed(call.GetProperty("input"))}");
        string.Join(' ', calls).ShouldBe(Chosen);
        var texts = held.GetProperty("texts").EnumerateArray().Select(static text => text.GetString()).ToArray();
        texts.Length.ShouldBe(2);
        texts[0]!.ShouldStartWith("Simulated answer: the tool said: The map:");
        texts[1].ShouldBe("Simulated answer: the tool said: Bewölkt, 4 °C 🌧");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Session_OfClaudeCode_ThinksUsesToolsAndAnswers(string models)
    {
        var events = (await clients.ConverseAsync(Conversation.ClaudeCodeCli, models)).Events.ToArray();
        var end = events.Single(static e => TypeOf(e) == "result");
        end.GetProperty("is_error").GetBoolean().ShouldBeFalse(end.ToString());
        end.GetProperty("result").GetString()!.ShouldContain(Workplace.Words);
        var blocks = events.Where(static e => TypeOf(e) is "assistant" or "user").SelectMany(static e => e.GetProperty("message").GetProperty("content").EnumerateArray()).ToArray();
        blocks.Where(static block => TypeOf(block) == "tool_use").Select(static block => block.GetProperty("name").GetString()).ShouldBe(["Read", "Bash"]);
        blocks.Count(static block => TypeOf(block) == "tool_result" && !(block.TryGetProperty("is_error", out var failed) && failed.GetBoolean())).ShouldBe(2);

        if (!Family.HidesThoughts(models, overResponses: false)) blocks.ShouldContain(static block => TypeOf(block) == "thinking");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Session_OfCodex_ThinksUsesToolsAndAnswers(string models)
    {
        var events = (await clients.ConverseAsync(Conversation.CodexCli, models)).Events.ToArray();
        events.ShouldNotContain(static e => TypeOf(e) == "turn.failed");
        events.ShouldContain(static e => TypeOf(e) == "turn.completed");
        var items = events.Where(static e => TypeOf(e) == "item.completed").Select(static e => e.GetProperty("item")).ToArray();
        var command = items.Single(static item => TypeOf(item) == "command_execution");
        command.GetProperty("aggregated_output").GetString()!.ShouldContain(Workplace.Words);
        command.GetProperty("exit_code").GetInt32().ShouldBe(0);
        items.ShouldContain(static item => TypeOf(item) == "reasoning");
        items.Last(static item => TypeOf(item) == "agent_message").GetProperty("text").GetString()!.ShouldStartWith("Simulated answer: the tool said:");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public Task Conversation_AtTheProvider_HasLostNothingThatNoNoteNames(string package, string models) => ExpectNothingLostAsync(package, models);

    [Theory]
    [MemberData(nameof(Agents))]
    public Task Session_AtTheProvider_HasLostNothingThatNoNoteNames(string agent, string models) => ExpectNothingLostAsync(agent, models);

    private async Task ExpectNothingLostAsync(string client, string models)
    {
        var conversation = await clients.ConverseAsync(client, models);
        var pairs = await conversation.AtTheProviderAsync(clients, TestContext.Current.CancellationToken);
        pairs.Count.ShouldBeGreaterThanOrEqualTo(3);
        string.Join('\n', pairs.SelectMany(static pair => pair.Lost()).Distinct()).ShouldBeEmpty($"notes: {string.Join(" | ", pairs.Select(static pair => pair.Sent.Notes).Distinct())}");
    }

    private static string? TypeOf(JsonElement element) => element.GetProperty("type").GetString();

    private static string Relaxed(JsonElement element) =>
        JsonSerializer.Serialize(element, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
