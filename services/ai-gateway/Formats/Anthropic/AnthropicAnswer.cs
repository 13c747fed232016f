using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads Anthropic's JSON answers and errors without building a document.</summary>
internal static class AnthropicAnswer
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
            var usage = new UsageJson();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("usage"u8))
                {
                    reader.Read();
                    usage.Read(ref reader);
                }
                else if (reader.ValueTextEquals("stop_reason"u8))
                {
                    facts.FinishReason = StopReasonOf(ref reader) ?? facts.FinishReason;
                }
                else
                {
                    reader.Skip();
                }
            }

            reader.Read();
            if (usage.IsKnown)
                facts.Usage = usage.ToUsage();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A quote inside a JSON string is escaped, so <c>"usage":{</c> can only be the member itself.</summary>
    public static TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail)
    {
        var at = tail.LastIndexOf("\"usage\""u8);
        if (at < 0)
            return null;
        try
        {
            var value = tail[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n:"u8);
            var reader = new Utf8JsonReader(value); // its own end is where reading stops, whatever follows
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            var usage = new UsageJson();
            usage.Read(ref reader);
            return usage.ToUsage();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What <c>{"type":"error","error":{type,message}}</c> says.</summary>
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
            // Not everything that answers in a provider's name answers in JSON: the status says enough.
        }

        return default;
    }

    /// <summary>The reader stands on the name <c>error</c>.</summary>
    public static ProviderFault ReadError(ref Utf8JsonReader reader)
    {
        string? message = null, type = null, code = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8)) message = Text(ref reader);
            else if (reader.ValueTextEquals("type"u8)) type = Text(ref reader);
            else if (reader.ValueTextEquals("details"u8)) code = CodeOf(ref reader);
            else reader.Skip();
        }

        return new ProviderFault(message, type, code, null);
    }

    /// <summary>The usual reasons as shared strings; the reader stands on the name.</summary>
    public static string? StopReasonOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        if (reader.ValueTextEquals("end_turn"u8)) return "end_turn";
        if (reader.ValueTextEquals("tool_use"u8)) return "tool_use";
        if (reader.ValueTextEquals("max_tokens"u8)) return "max_tokens";
        if (reader.ValueTextEquals("stop_sequence"u8)) return "stop_sequence";
        return reader.ValueSpan.Length <= 64 && !reader.ValueIsEscaped ? reader.GetString() : "other";
    }

    private static string? CodeOf(ref Utf8JsonReader reader)
    {
        string? code = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error_code"u8)) code = Text(ref reader);
            else reader.Skip();
        }

        return code;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        var text = reader.GetString()!;
        return text.Length <= LongestText ? text : text[..LongestText];
    }
}
