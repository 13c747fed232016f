using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Why answers end, what they cost, what went wrong: alike in whole answers and in streams.</summary>
internal static class Outcome
{
    /// <summary>https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.</summary>
    /// <param name="unwrapped">The only tool that was called is the answer.</param>
    public static Finish Finish(string reason, bool unwrapped, string? stopSequence) => new(
        reason switch
        {
            "end_turn" => FinishReason.Stop,
            "tool_use" => unwrapped ? FinishReason.Stop : FinishReason.ToolCalls,
            "max_tokens" => FinishReason.Length,
            "stop_sequence" => FinishReason.StopSequence,
            "guardrail_intervened" or "content_filtered" => FinishReason.ContentFilter,
            "model_context_window_exceeded" => FinishReason.ContextWindow,
            "malformed_tool_use" => FinishReason.MalformedToolCall,

            // Claude's own words, which Converse passes on as they are.
            "refusal" => FinishReason.Refusal,
            "pause_turn" => FinishReason.Pause,
            _ => FinishReason.Other,
        },
        reason,
        stopSequence);

    /// <summary>The sequence that was met, of which only additional response fields tell.</summary>
    public static string? StopSequence(JsonElement said)
    {
        var fields = said.ObjectOrNull("additionalModelResponseFields");
        return fields?.StringOrNull("stop_sequence") ?? fields?.ObjectOrNull("delta")?.StringOrNull("stop_sequence");
    }

    /// <summary>Bedrock counts what it read from the cache and wrote to it apart from the input.</summary>
    public static TokenUsage? Usage(JsonElement said)
    {
        if (said.ObjectOrNull("usage") is not { } usage)
            return null;
        var cached = usage.TokensOrZero("cacheReadInputTokens");
        var written = usage.TokensOrZero("cacheWriteInputTokens");
        var forAnHour = usage.ItemsOrNone("cacheDetails").Where(static detail => detail.StringOrNull("ttl") == "1h").Sum(static detail => detail.TokensOrZero("inputTokens"));
        return new TokenUsage(usage.TokensOrZero("inputTokens") + cached + written, usage.TokensOrZero("outputTokens"), cached, written, 0)
        {
            CacheWrite1h = Math.Min(forAnHour, written),
        };
    }

    public static ProviderFault Fault(JsonElement said, string? type)
    {
        var message = said.StringOrNull("message") ?? said.StringOrNull("Message") ?? said.StringOrNull("originalMessage");
        type ??= said.StringOrNull("__type") ?? said.StringOrNull("code");
        return new ProviderFault(message, type is null ? null : type[(type.LastIndexOf('#') + 1)..], null, null);
    }
}
