using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>OpenAI's <c>usage</c> object, both ways. Cached and written tokens are part of the prompt's, reasoning is part of the completion's.</summary>
internal static class ChatUsage
{
    /// <summary>Null when it is no usage object.</summary>
    public static TokenUsage? Read(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Object } usage)
            return null;
        var input = usage.CountOrZero("prompt_tokens");
        var output = usage.CountOrZero("completion_tokens");
        long cached = usage.CountOrZero("prompt_cache_hit_tokens"), written = 0, reasoning = 0; // DeepSeek's own name for cached tokens
        if (usage.ObjectOrNull("prompt_tokens_details") is { } prompt)
        {
            cached = Math.Max(cached, prompt.CountOrZero("cached_tokens"));
            written = prompt.CountOrZero("cache_write_tokens");
        }

        if (usage.ObjectOrNull("completion_tokens_details") is { } completion)
            reasoning = completion.CountOrZero("reasoning_tokens");
        cached = Math.Min(cached, input);
        return new TokenUsage(input, output, cached, Math.Min(written, input - cached), Math.Min(reasoning, output));
    }

    public static void Write(Utf8JsonWriter json, in TokenUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.Input);
        json.WriteNumber("completion_tokens"u8, usage.Output);
        json.WriteNumber("total_tokens"u8, usage.Input + usage.Output);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.Cached);
        if (usage.CacheWrite > 0)
            json.WriteNumber("cache_write_tokens"u8, usage.CacheWrite);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
