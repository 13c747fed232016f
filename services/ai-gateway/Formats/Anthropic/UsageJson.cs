using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// Anthropic's usage: <c>input_tokens</c> without what was read from and written to the cache. In a stream the first event says the input, the last the
/// output and again what it knows of the input; each number that is there replaces the earlier one.
/// </summary>
internal struct UsageJson
{
    private long _input;
    private long _cacheRead;
    private long _cacheWrite;
    private long _cacheWrite1h;
    private long _output;
    private long _thinking;

    public bool IsKnown { get; private set; }

    public readonly TokenUsage ToUsage() =>
        new(_input + _cacheRead + _cacheWrite, _output, _cacheRead, _cacheWrite, Math.Min(_thinking, _output)) { CacheWrite1h = Math.Min(_cacheWrite1h, _cacheWrite) };

    /// <summary>Takes a <c>usage</c> object; the reader stands on its first token, afterwards on its last.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        IsKnown = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8)) Count(ref reader, ref _input);
            else if (reader.ValueTextEquals("output_tokens"u8)) Count(ref reader, ref _output);
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8)) Count(ref reader, ref _cacheRead);
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8)) Count(ref reader, ref _cacheWrite);
            else if (reader.ValueTextEquals("cache_creation"u8)) Detail(ref reader, "ephemeral_1h_input_tokens"u8, ref _cacheWrite1h);
            else if (reader.ValueTextEquals("output_tokens_details"u8)) Detail(ref reader, "thinking_tokens"u8, ref _thinking);
            else reader.Skip();
        }
    }

    /// <summary>Takes a <c>usage</c> object.</summary>
    public void Read(JsonElement usage)
    {
        IsKnown = true;
        Count(usage, "input_tokens", ref _input);
        Count(usage, "output_tokens", ref _output);
        Count(usage, "cache_read_input_tokens", ref _cacheRead);
        Count(usage, "cache_creation_input_tokens", ref _cacheWrite);
        if (usage.ObjectOrNull("cache_creation") is { } written)
            Count(written, "ephemeral_1h_input_tokens", ref _cacheWrite1h);
        if (usage.ObjectOrNull("output_tokens_details") is { } details)
            Count(details, "thinking_tokens", ref _thinking);
    }

    /// <param name="isDelta">It stands in a stream's <c>message_delta</c>, which knows less.</param>
    public static void Write(Utf8JsonWriter json, in TokenUsage usage, bool isDelta)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Math.Max(0, usage.Input - usage.Cached - usage.CacheWrite));
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWrite);
        json.WriteNumber("cache_read_input_tokens"u8, usage.Cached);
        if (usage.CacheWrite > 0 && !isDelta)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, usage.CacheWrite - usage.CacheWrite1h);
            json.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWrite1h);
            json.WriteEndObject();
        }

        json.WriteNumber("output_tokens"u8, usage.Output);
        if (usage.Reasoning > 0)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, usage.Reasoning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Count(JsonElement usage, string name, ref long value)
    {
        if (usage.Member(name) is { ValueKind: JsonValueKind.Number })
            value = usage.CountOrZero(name);
    }

    private static void Count(ref Utf8JsonReader reader, ref long value)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
            value = Math.Max(0, count);
        else
            reader.Skip();
    }

    private static void Detail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref long value)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name)) Count(ref reader, ref value);
            else reader.Skip();
        }
    }
}
