using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>How a response stands.</summary>
/// <param name="Status"><c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or <c>failed</c>.</param>
/// <param name="Incomplete">Why it is incomplete.</param>
internal readonly record struct ResponseState(string Status, string? Incomplete = null, string? ErrorCode = null, string? ErrorMessage = null)
{
    public static readonly ResponseState InProgress = new("in_progress");

    /// <summary>Every way in which an answer can end (https://platform.openai.com/docs/api-reference/responses/object).</summary>
    public static ResponseState Of(Finish? finish) => finish?.Reason switch
    {
        FinishReason.Length or FinishReason.ContextWindow => new("incomplete", "max_output_tokens"),
        FinishReason.ContentFilter => new("incomplete", "content_filter"),
        FinishReason.MalformedToolCall => new("failed", null, "server_error", "The model wrote a tool call that cannot be read."),
        _ => new("completed"),
    };
}

/// <summary>Writes the response object: what was asked is said again, as OpenAI does.</summary>
internal static class ResponseObject
{
    public static void Write<TState>(
        Utf8JsonWriter json, ConvertedCall call, string? model, string? tier, in ResponseState state, TokenUsage? usage, TState items, Action<Utf8JsonWriter, TState> writeItems)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ResponseIds.Of(call.RequestId));
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, call.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("status"u8, state.Status);
        json.WriteBoolean("background"u8, false);
        WriteEnd(json, state);
        Echo(json, call, "instructions"u8, "instructions", "null"u8);
        Echo(json, call, "max_output_tokens"u8, "max_output_tokens", "null"u8);
        json.WriteString("model"u8, model ?? call.Model);
        json.WriteStartArray("output"u8);
        writeItems(json, items);
        json.WriteEndArray();
        Echo(json, call, "parallel_tool_calls"u8, "parallel_tool_calls", "true"u8);
        Echo(json, call, "previous_response_id"u8, "previous_response_id", "null"u8);
        Echo(json, call, "prompt_cache_key"u8, "prompt_cache_key", "null"u8);
        Echo(json, call, "reasoning"u8, "reasoning", "{\"effort\":null,\"summary\":null}"u8);
        Echo(json, call, "safety_identifier"u8, "safety_identifier", "null"u8);
        json.WriteString("service_tier"u8, tier ?? "default");
        Echo(json, call, "store"u8, "store", "true"u8);
        Echo(json, call, "temperature"u8, "temperature", "null"u8);
        Echo(json, call, "text"u8, "text", "{\"format\":{\"type\":\"text\"}}"u8);
        Echo(json, call, "tool_choice"u8, "tool_choice", "\"auto\""u8);
        Echo(json, call, "tools"u8, "tools", "[]"u8);
        Echo(json, call, "top_logprobs"u8, "top_logprobs", "0"u8);
        Echo(json, call, "top_p"u8, "top_p", "null"u8);
        json.WriteString("truncation"u8, "disabled"u8);
        WriteUsage(json, usage);
        Echo(json, call, "user"u8, "user", "null"u8);
        Echo(json, call, "metadata"u8, "metadata", "{}"u8);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, in ResponseState state)
    {
        json.WritePropertyName("error"u8);
        if (state.ErrorCode is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("code"u8, state.ErrorCode);
            json.WriteString("message"u8, state.ErrorMessage);
            json.WriteEndObject();
        }

        json.WritePropertyName("incomplete_details"u8);
        if (state.Incomplete is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("reason"u8, state.Incomplete);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, TokenUsage? reported)
    {
        json.WritePropertyName("usage"u8);
        if (reported is not { } usage)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.Cached);
        json.WriteNumber("cache_write_tokens"u8, usage.CacheWrite);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Input + usage.Output);
        json.WriteEndObject();
    }

    private static void Echo(Utf8JsonWriter json, ConvertedCall call, ReadOnlySpan<byte> name, string member, ReadOnlySpan<byte> otherwise)
    {
        json.WritePropertyName(name);
        if (call.Source.Member(member) is { } value)
            json.Raw(value);
        else
            json.WriteRawValue(otherwise, skipInputValidation: true);
    }
}
