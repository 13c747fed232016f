using System.Security.Cryptography;

namespace ThinkWatch.ProviderSimulator;

/// <summary>One answer, before it is written: the same request bytes always give the same answer.</summary>
internal sealed class ChatAnswer
{
    /// <summary>Fixed, so that answers are deterministic: 2026-01-01T00:00:00Z.</summary>
    public const long Created = 1_767_225_600;

    private const int EchoedCharacters = 60;

    private ChatAnswer(string id, string[] pieces, SimulatedTool? tool, int promptTokens, int completionTokens)
    {
        Id = id;
        Pieces = pieces;
        Tool = tool;
        PromptTokens = promptTokens;
        CompletionTokens = completionTokens;
    }

    public string Id { get; }

    /// <summary>The text in the fragments in which a stream sends it; empty for a tool call.</summary>
    public string[] Pieces { get; }

    public SimulatedTool? Tool { get; }

    public int PromptTokens { get; }

    public int CompletionTokens { get; }

    public string FinishReason => Tool is null ? "stop" : "tool_calls";

    public static ChatAnswer For(ChatRequest request, Behaviour behaviour, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(body, hash);
        var id = "chatcmpl-sim-" + Convert.ToHexStringLower(hash[..12]);
        var promptTokens = Math.Max(1, (request.PromptBytes + 3) / 4);
        if (request.Tool is { } tool && !request.LastIsToolResult && (behaviour.CallTools || request.ToolDemanded))
            return new ChatAnswer(id, [], tool, promptTokens, Math.Max(1, tool.Arguments.Length / 4));
        var pieces = behaviour.Words > 0 ? Counted(behaviour.Words) : Reply(request);
        return new ChatAnswer(id, pieces, null, promptTokens, pieces.Length);
    }

    private static string[] Reply(ChatRequest request)
    {
        var asked = request.LastText.Length > EchoedCharacters ? string.Concat(request.LastText.AsSpan(0, EchoedCharacters), "…") : request.LastText;
        var text = request.LastIsToolResult
            ? $"Simulated answer: the tool said: {asked}"
            : $"Simulated answer from the ThinkWatch provider simulator. You said: {asked}";
        var words = text.Split(' ');
        for (var i = 0; i < words.Length - 1; i++)
            words[i] += " ";
        return words;
    }

    private static string[] Counted(int words)
    {
        var pieces = new string[words];
        pieces[0] = "simulated ";
        Array.Fill(pieces, "word ", 1, words - 1);
        return pieces;
    }
}
