using System.Globalization;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Why answers end, what they cost, what went wrong: alike in whole answers and in streams.</summary>
internal static class Outcome
{
    /// <summary>https://ai.google.dev/api/generate-content#FinishReason. A turn with tool calls ends with STOP too.</summary>
    public static Finish Finish(string reason, bool hasToolCalls) => new(
        reason switch
        {
            "STOP" => hasToolCalls ? FinishReason.ToolCalls : FinishReason.Stop,

            // CONTINUATION: one request's share is used up; for the client the answer is cut.
            "MAX_TOKENS" or "CONTINUATION" => FinishReason.Length,
            "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "MODEL_ARMOR" => FinishReason.ContentFilter,
            "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" => FinishReason.ContentFilter,
            "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" => FinishReason.MalformedToolCall,
            _ => FinishReason.Other,
        },
        reason);

    /// <summary>The prompt was refused: there are no candidates then.</summary>
    public static Finish? Blocked(JsonElement answer) =>
        answer.ObjectOrNull("promptFeedback")?.StringOrNull("blockReason") is { } reason ? new Finish(FinishReason.ContentFilter, reason) : null;

    /// <summary>https://ai.google.dev/api/generate-content#UsageMetadata: the prompt's count includes what was cached, the candidates' count no thoughts.</summary>
    public static TokenUsage? Usage(JsonElement answer)
    {
        if (answer.ObjectOrNull("usageMetadata") is not { } usage)
            return null;
        var thoughts = usage.TokensOrZero("thoughtsTokenCount");
        return new TokenUsage(
            Input: usage.TokensOrZero("promptTokenCount") + usage.TokensOrZero("toolUsePromptTokenCount"),
            Output: usage.TokensOrZero("candidatesTokenCount") + thoughts,
            Cached: usage.TokensOrZero("cachedContentTokenCount"),
            CacheWrite: 0,
            Reasoning: thoughts);
    }

    /// <summary>https://cloud.google.com/apis/design/errors: <c>status</c> is the kind, a detail's <c>reason</c> is finer.</summary>
    public static ProviderFault Fault(JsonElement error)
    {
        string? reason = null;
        TimeSpan? retryAfter = null;
        foreach (var detail in error.ItemsOrNone("details"))
        {
            reason ??= detail.StringOrNull("reason");
            retryAfter ??= Duration(detail.StringOrNull("retryDelay"));
        }

        // Google answers 400 to a wrong key.
        return new ProviderFault(error.StringOrNull("message"), error.StringOrNull("status"), reason, null)
        {
            IsAuthentication = reason is "API_KEY_INVALID" or "API_KEY_SERVICE_BLOCKED" or "ACCESS_TOKEN_EXPIRED",
            RetryAfter = retryAfter,
        };
    }

    /// <summary>A duration as protobuf writes it: <c>34.5s</c>.</summary>
    private static TimeSpan? Duration(string? text) =>
        text is [.., 's'] && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
