using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads OpenAI's JSON answers, usage objects and errors without building a document.</summary>
internal static class OpenAiAnswer
{
    private const int LongestText = 1000;

    /// <summary>False when it is not one valid JSON object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ref AnswerFacts facts)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("usage"u8))
                    facts.Usage = ReadUsage(ref reader) ?? facts.Usage;
                else if (reader.ValueTextEquals("choices"u8))
                    facts.FinishReason = ReadFinishReason(ref reader) ?? facts.FinishReason;
                else
                    reader.Skip();
            }

            reader.Read();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads usage from the end of an answer too large to be held: <paramref name="tail"/> ends where the answer ends.
    /// A quote inside a JSON string is escaped, so <c>"usage":{</c> can only be the member itself.
    /// </summary>
    public static TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail)
    {
        var at = tail.LastIndexOf("\"usage\""u8);
        if (at < 0)
            return null;
        try
        {
            var value = tail[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n:"u8);
            var reader = new Utf8JsonReader(value); // its own end is where reading stops, whatever follows
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? ReadUsageObject(ref reader) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The reader stands on the name; afterwards on the value's last token. Null when there is none.</summary>
    public static TokenUsage? ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return ReadUsageObject(ref reader);
        reader.Skip();
        return null;
    }

    public static ProviderFault ReadFault(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("error"u8))
                    return ReadError(ref reader);
                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not every provider's errors are JSON: the status says enough.
        }

        return default;
    }

    /// <summary>The reader stands on the name <c>error</c>.</summary>
    public static ProviderFault ReadError(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return new ProviderFault(Text(ref reader), null, null, null);
        string? message = null, type = null, code = null, param = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8)) message = Value(ref reader);
            else if (reader.ValueTextEquals("type"u8)) type = Value(ref reader);
            else if (reader.ValueTextEquals("code"u8)) code = Value(ref reader);
            else if (reader.ValueTextEquals("param"u8)) param = Value(ref reader);
            else reader.Skip();
        }

        return new ProviderFault(message, type, code, param);
    }

    private static string? Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            return Text(ref reader);
        reader.Skip();
        return null;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    private static TokenUsage ReadUsageObject(ref Utf8JsonReader reader)
    {
        long input = 0, output = 0, cached = 0, written = 0, reasoning = 0, none = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8)) input = Count(ref reader);
            else if (reader.ValueTextEquals("completion_tokens"u8)) output = Count(ref reader);
            else if (reader.ValueTextEquals("prompt_tokens_details"u8)) ReadDetails(ref reader, "cached_tokens"u8, ref cached, "cache_write_tokens"u8, ref written);
            else if (reader.ValueTextEquals("completion_tokens_details"u8)) ReadDetails(ref reader, "reasoning_tokens"u8, ref reasoning, default, ref none);
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8)) cached = Math.Max(cached, Count(ref reader)); // DeepSeek's own name
            else reader.Skip();
        }

        cached = Math.Min(cached, input);
        return new TokenUsage(input, output, cached, Math.Min(written, input - cached), Math.Min(reasoning, output));
    }

    private static void ReadDetails(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref long value, ReadOnlySpan<byte> second, ref long secondValue)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name)) value = Math.Max(value, Count(ref reader));
            else if (!second.IsEmpty && reader.ValueTextEquals(second)) secondValue = Count(ref reader);
            else reader.Skip();
        }
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
            return Math.Max(0, count);
        reader.Skip();
        return 0;
    }

    /// <summary>The first choice's; the reader stands on the name <c>choices</c>.</summary>
    private static string? ReadFinishReason(ref Utf8JsonReader reader)
    {
        string? reason = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("finish_reason"u8))
                    reason ??= FinishReasons.Read(ref reader);
                else
                    reader.Skip();
            }
        }

        return reason;
    }
}

/// <summary>The usual finish reasons as shared strings.</summary>
internal static class FinishReasons
{
    /// <summary>The reader stands on the name.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        if (reader.ValueTextEquals("stop"u8)) return "stop";
        if (reader.ValueTextEquals("tool_calls"u8)) return "tool_calls";
        if (reader.ValueTextEquals("length"u8)) return "length";
        if (reader.ValueTextEquals("content_filter"u8)) return "content_filter";
        return reader.ValueSpan.Length <= 64 && !reader.ValueIsEscaped ? reader.GetString() : "other";
    }
}
