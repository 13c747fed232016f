using System.Globalization;
using System.Text;
using System.Text.Json;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Accounting;

/// <summary>Prices of one model or route in USD per 1,000,000 tokens, and the text that goes into the row. Immutable.</summary>
internal sealed record ModelPrices(decimal Input, decimal Output, decimal CachedInput, decimal CacheWrite, decimal Reasoning, string Json)
{
    private const decimal PerTokens = 1_000_000m;

    /// <summary>One figure to compare routes by: three parts input, one part output, as chats usually have it.</summary>
    public decimal Blended => ((3 * Input) + Output) / 4;

    /// <summary>For what is kept in a prompt cache for an hour.</summary>
    public decimal CacheWrite1h { get; init; } = CacheWrite;

    /// <summary>Null when input or output has no price: then the cost is unknown, never zero.</summary>
    public static ModelPrices? Of(Prices? prices)
    {
        if (prices is null || Parse(prices.Input) is not { } input || Parse(prices.Output) is not { } output)
            return null;
        var cached = Parse(prices.CachedInput) ?? input;
        var write = Parse(prices.CacheWrite) ?? input;
        var hour = Parse(prices.CacheWrite1H) ?? write;
        var reasoning = Parse(prices.Reasoning) ?? output;
        return new ModelPrices(input, output, cached, write, reasoning, ToJson(input, output, cached, write, hour, reasoning)) { CacheWrite1h = hour };
    }

    public decimal Cost(in TokenUsage usage)
    {
        var plainInput = Math.Max(0, usage.Input - usage.Cached - usage.CacheWrite);
        var plainOutput = Math.Max(0, usage.Output - usage.Reasoning);
        return ((plainInput * Input) + (usage.Cached * CachedInput) + ((usage.CacheWrite - usage.CacheWrite1h) * CacheWrite) + (usage.CacheWrite1h * CacheWrite1h)
            + (plainOutput * Output) + (usage.Reasoning * Reasoning)) / PerTokens;
    }

    /// <summary>Whatever of it is cached, written to a cache, or reasoning.</summary>
    public decimal HighestCost(long input, long output) =>
        ((input * Math.Max(Math.Max(Input, CachedInput), Math.Max(CacheWrite, CacheWrite1h))) + (output * Math.Max(Output, Reasoning))) / PerTokens;

    private static decimal? Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) ? price : null;

    private static string ToJson(decimal input, decimal output, decimal cached, decimal write, decimal hour, decimal reasoning)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("currency", "USD");
            json.WriteString("per", "1M");
            Write(json, "input", input);
            Write(json, "output", output);
            Write(json, "cached_input", cached);
            Write(json, "cache_write", write);
            if (hour != write)
                Write(json, "cache_write_1h", hour);
            Write(json, "reasoning", reasoning);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    // Decimals travel as text, as in the management API.
    private static void Write(Utf8JsonWriter json, string name, decimal price) => json.WriteString(name, price.ToString(CultureInfo.InvariantCulture));
}
