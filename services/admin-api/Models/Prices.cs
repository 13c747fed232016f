using System.Text.Json.Serialization;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;
using Wire = ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AdminApi.Models;

/// <summary>USD per 1,000,000 tokens; null = unknown, which is not the same as free.</summary>
internal sealed record Prices
{
    private const decimal Highest = 1_000_000;

    public static readonly Prices Unknown = new();

    public decimal? InputPrice { get; init; }

    public decimal? OutputPrice { get; init; }

    public decimal? CachedInputPrice { get; init; }

    public decimal? CacheWritePrice { get; init; }

    [JsonPropertyName("cache_write_1h_price")]
    public decimal? CacheWrite1hPrice { get; init; }

    public decimal? ReasoningPrice { get; init; }

    public void Check(FieldErrors errors, string prefix = "")
    {
        foreach (var (name, price) in Named())
            errors.Require(price is null or (>= 0 and <= Highest), prefix + name, $"must be between 0 and {Highest}");
    }

    public NpgsqlCommand Bind(NpgsqlCommand command)
    {
        foreach (var (name, price) in Named())
            command.With(name, price);
        return command;
    }

    public static Prices Read(NpgsqlDataReader reader) => new()
    {
        InputPrice = reader.GetOrNull<decimal>("input_price"),
        OutputPrice = reader.GetOrNull<decimal>("output_price"),
        CachedInputPrice = reader.GetOrNull<decimal>("cached_input_price"),
        CacheWritePrice = reader.GetOrNull<decimal>("cache_write_price"),
        CacheWrite1hPrice = reader.GetOrNull<decimal>("cache_write_1h_price"),
        ReasoningPrice = reader.GetOrNull<decimal>("reasoning_price"),
    };

    public Wire.Prices ToWire() => new()
    {
        Input = Text(InputPrice),
        Output = Text(OutputPrice),
        CachedInput = Text(CachedInputPrice),
        CacheWrite = Text(CacheWritePrice),
        CacheWrite1H = Text(CacheWrite1hPrice),
        Reasoning = Text(ReasoningPrice),
    };

    private static string Text(decimal? price) => price is { } value ? (value / 1.0000000000000000000000000000m).ToString() : "";

    private (string Name, decimal? Price)[] Named() =>
    [
        ("input_price", InputPrice), ("output_price", OutputPrice), ("cached_input_price", CachedInputPrice),
        ("cache_write_price", CacheWritePrice), ("cache_write_1h_price", CacheWrite1hPrice), ("reasoning_price", ReasoningPrice),
    ];
}
