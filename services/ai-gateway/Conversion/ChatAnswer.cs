using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>A whole answer in no provider's words.</summary>
internal sealed class ChatAnswer
{
    /// <summary>The provider's id; null when it gives none.</summary>
    public string? Id { get; set; }

    /// <summary>The model that answered, in the provider's words.</summary>
    public string? Model { get; set; }

    public List<AnswerChoice> Choices { get; } = [];

    public TokenUsage? Usage { get; set; }

    public string? ServiceTier { get; set; }
}

/// <summary>One of the answers; there is more than one only when the client asked for them.</summary>
internal sealed class AnswerChoice
{
    /// <summary>Text, thinking, tool calls, refusals, images, in the order in which the model made them.</summary>
    public List<Part> Parts { get; } = [];

    public Finish? Finish { get; set; }

    /// <summary>OpenAI's <c>logprobs</c>, as they came.</summary>
    public JsonElement? Logprobs { get; set; }
}

internal enum FinishReason
{
    Stop,

    /// <summary>One of the client's stop sequences.</summary>
    StopSequence,
    Length,
    ToolCalls,

    /// <summary>The model declined.</summary>
    Refusal,

    /// <summary>The provider's filter cut in, on input or output.</summary>
    ContentFilter,

    /// <summary>Anthropic's <c>pause_turn</c>: the turn goes on when it is sent back.</summary>
    Pause,

    /// <summary>The context window is full.</summary>
    ContextWindow,

    /// <summary>The model wrote a tool call that cannot be parsed (Gemini).</summary>
    MalformedToolCall,
    Other,
}

/// <param name="Raw">The provider's own word, for the row.</param>
/// <param name="StopSequence">The sequence that was met, where the provider tells.</param>
internal sealed record Finish(FinishReason Reason, string Raw, string? StopSequence = null);
