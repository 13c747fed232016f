using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Why an answer ended, in both languages (https://docs.anthropic.com/en/api/handling-stop-reasons).</summary>
internal static class StopReason
{
    public static Finish Read(string raw, string? sequence) => new(
        raw switch
        {
            "end_turn" => FinishReason.Stop,
            "max_tokens" => FinishReason.Length,
            "stop_sequence" => FinishReason.StopSequence,
            "tool_use" => FinishReason.ToolCalls,
            "pause_turn" => FinishReason.Pause,
            "refusal" => FinishReason.Refusal,
            "model_context_window_exceeded" => FinishReason.ContextWindow,
            _ => FinishReason.Other,
        },
        raw,
        sequence);

    /// <param name="calls">The answer holds tool calls.</param>
    /// <param name="refuses">The answer holds the words of a refusal.</param>
    public static string Of(Finish? finish, bool calls, bool refuses) => finish?.Reason switch
    {
        FinishReason.Length => "max_tokens",
        FinishReason.Pause => "pause_turn",
        FinishReason.ContextWindow => "model_context_window_exceeded",
        FinishReason.Refusal or FinishReason.ContentFilter => "refusal",
        FinishReason.StopSequence => "stop_sequence",
        _ when refuses => "refusal",
        _ when calls => "tool_use",
        _ => "end_turn",
    };
}
