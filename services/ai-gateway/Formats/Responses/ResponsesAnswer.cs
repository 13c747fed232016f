using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Formats.OpenAiChat;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Reads response objects without building a document.</summary>
internal static class ResponsesAnswer
{
    /// <summary>False when it is not one valid JSON object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ref AnswerFacts facts, out ProviderFault? fault)
    {
        fault = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            ReadObject(ref reader, ref facts, out fault);
            reader.Read();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The reader stands on the start of a response object; afterwards on its end.</summary>
    public static void ReadObject(ref Utf8JsonReader reader, ref AnswerFacts facts, out ProviderFault? fault)
    {
        string? status = null, reason = null;
        fault = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("usage"u8)) facts.Usage = ReadUsage(ref reader) ?? facts.Usage;
            else if (reader.ValueTextEquals("status"u8)) status = Word(ref reader);
            else if (reader.ValueTextEquals("incomplete_details"u8)) reason = ReadReason(ref reader);
            else if (reader.ValueTextEquals("error"u8)) fault = ReadFault(ref reader);
            else reader.Skip();
        }

        if (status is not (null or "in_progress" or "queued"))
            facts.FinishReason = reason ?? status;
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
            var reader = new Utf8JsonReader(tail[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n:"u8));
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? ReadUsageObject(ref reader) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The usual words as shared strings; the reader stands on the name.</summary>
    public static string? Word(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        if (reader.ValueTextEquals("completed"u8)) return "completed";
        if (reader.ValueTextEquals("in_progress"u8)) return "in_progress";
        if (reader.ValueTextEquals("max_output_tokens"u8)) return "max_output_tokens";
        return reader.ValueSpan.Length <= 64 && !reader.ValueIsEscaped ? reader.GetString() : "other";
    }

    /// <summary>The reader stands on the name <c>error</c>.</summary>
    private static ProviderFault? ReadFault(ref Utf8JsonReader reader)
    {
        var value = reader;
        value.Read();
        if (value.TokenType == JsonTokenType.Null)
        {
            reader.Read();
            return null;
        }

        return OpenAiAnswer.ReadError(ref reader);
    }

    private static string? ReadReason(ref Utf8JsonReader reader)
    {
        string? reason = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reason"u8)) reason = Word(ref reader);
            else reader.Skip();
        }

        return reason;
    }

    private static TokenUsage? ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return ReadUsageObject(ref reader);
        reader.Skip();
        return null;
    }

    private static TokenUsage ReadUsageObject(ref Utf8JsonReader reader)
    {
        long input = 0, output = 0, cached = 0, written = 0, reasoning = 0, unused = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8)) input = Count(ref reader);
            else if (reader.ValueTextEquals("output_tokens"u8)) output = Count(ref reader);
            else if (reader.ValueTextEquals("input_tokens_details"u8)) ReadDetails(ref reader, "cached_tokens"u8, ref cached, "cache_write_tokens"u8, ref written);
            else if (reader.ValueTextEquals("output_tokens_details"u8)) ReadDetails(ref reader, "reasoning_tokens"u8, ref reasoning, default, ref unused);
            else reader.Skip();
        }

        cached = Math.Min(cached, input);
        return new TokenUsage(input, output, cached, Math.Min(written, input - cached), Math.Min(reasoning, output));
    }

    private static void ReadDetails(ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ref long firstCount, ReadOnlySpan<byte> second, ref long secondCount)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first)) firstCount = Count(ref reader);
            else if (!second.IsEmpty && reader.ValueTextEquals(second)) secondCount = Count(ref reader);
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
}
