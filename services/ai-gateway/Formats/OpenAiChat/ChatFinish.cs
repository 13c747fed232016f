using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary><c>finish_reason</c>, both ways.</summary>
internal static class ChatFinish
{
    /// <param name="called">The answer holds tool calls: some providers say <c>stop</c> nevertheless.</param>
    /// <param name="refused">The answer holds a refusal: OpenAI says <c>stop</c> then.</param>
    public static Finish Read(string raw, bool called, bool refused) => new(
        raw switch
        {
            "stop" or "eos" or "end_turn" => called ? FinishReason.ToolCalls : refused ? FinishReason.Refusal : FinishReason.Stop,
            "length" or "max_tokens" => FinishReason.Length,
            "tool_calls" or "function_call" => FinishReason.ToolCalls,
            "content_filter" => FinishReason.ContentFilter,
            "stop_sequence" => FinishReason.StopSequence,
            _ => FinishReason.Other,
        },
        raw);

    /// <param name="called">The answer holds tool calls.</param>
    /// <param name="refused">The client was told the words of a refusal.</param>
    public static string Write(FinishReason reason, bool called, bool refused) => reason switch
    {
        FinishReason.Length or FinishReason.ContextWindow => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.ContentFilter => "content_filter",

        // OpenAI's own models refuse in words. Where there are none, only the reason can tell.
        FinishReason.Refusal => refused ? "stop" : "content_filter",
        _ => called ? "tool_calls" : "stop",
    };
}
