using System.Text.Json;
using ThinkWatch.Conformance.Tests.Agents;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>One client's conversation with one family of models, over several turns with tools and thinking, streamed.</summary>
/// <param name="Output">What the client printed: JSON, one object a line.</param>
internal sealed record Conversation(string Output, IReadOnlyList<RecordedCall> Calls)
{
    public const string Chat = "openai chat";
    public const string Responses = "openai responses";
    public const string Messages = "anthropic";
    public const string ClaudeCodeCli = "claude-code";
    public const string CodexCli = "codex";

    public static readonly string[] Packages = [Chat, Responses, Messages];
    public static readonly string[] Agents = [ClaudeCodeCli, CodexCli];

    private const string Model = "sim-think-tools";
    private static readonly string[] s_paths = ["/v1/chat/completions", "/v1/responses", "/v1/messages"];
    private static readonly Lazy<Task> s_agents = new(static () => ClientProcess.InstallAsync(ClientProcess.Folder("agents")));

    /// <summary>The printed objects.</summary>
    public IEnumerable<JsonElement> Events =>
        Output.Split('\n').Where(static line => line.StartsWith('{')).Select(static line => JsonDocument.Parse(line).RootElement);

    public static Task<Conversation> HoldAsync(NodeClients clients, string client, string models) =>
        RecordAsync(clients, gateway => RunAsync(clients, client, models, gateway));

    /// <summary>Remembers what a client sends while it runs.</summary>
    /// <param name="run">Runs it against the address that it is given, and answers what it printed.</param>
    public static async Task<Conversation> RecordAsync(NodeClients clients, Func<string, Task<string>> run)
    {
        await using var recording = await RecordingGateway.StartAsync(clients.Fleet.Gateway, CancellationToken.None);
        var output = await run(recording.Address);
        return new Conversation(output, [.. recording.Calls.Where(static call => s_paths.Contains(call.Path))]);
    }

    /// <summary>What the provider received for each of the calls.</summary>
    public Task<IReadOnlyList<Delivery>> AtTheProviderAsync(NodeClients clients, CancellationToken cancellationToken) => Delivery.OfAsync(Calls, clients, cancellationToken);

    private static async Task<string> RunAsync(NodeClients clients, string client, string models, string gateway)
    {
        var key = clients.Admin.ApiKey;
        return client switch
        {
            Chat => await clients.RunScriptAsync("conversation.mjs", "chat", models, gateway),
            Responses => await clients.RunScriptAsync("conversation.mjs", "responses", models, gateway),
            Messages => await clients.RunScriptAsync("conversation.mjs", "messages", models, gateway),
            ClaudeCodeCli => await ClaudeCode.RunAsync(await InstalledAsync(client, static () => ClaudeCode.Program), gateway, key, models + Model),
            CodexCli => await Codex.RunAsync(await InstalledAsync(client, static () => Codex.Program), gateway, key, models + Model),
            _ => throw new ArgumentOutOfRangeException(nameof(client), client, "no such client"),
        };
    }

    private static async Task<string> InstalledAsync(string client, Func<string?> program)
    {
        await s_agents.Value;
        var found = program();
        Assert.SkipWhen(found is null, $"The package of {client} has no program for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}.");
        return found!;
    }
}
