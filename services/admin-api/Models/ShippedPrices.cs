using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ThinkWatch.AdminApi.Models;

/// <summary>
/// The price table that comes with a release (<c>Prices/prices-*.json</c>): what a model costs while nobody has said otherwise. It follows
/// releases, so nothing of it is stored. Immutable.
/// </summary>
internal sealed partial class ShippedPrices
{
    public const string Shipped = "shipped";
    public const string Override = "override";
    public const string None = "none";

    private readonly TimeProvider _time;
    private readonly FrozenDictionary<string, Entry[]> _byModel;

    public ShippedPrices(TimeProvider time)
        : this(time, Embedded())
    {
    }

    internal ShippedPrices(TimeProvider time, Stream table)
    {
        _time = time;
        using (table)
        {
            var read = JsonSerializer.Deserialize<Table>(table, _json) ?? throw new InvalidDataException("The price table is empty.");
            Date = read.Date;
            _byModel = read.Vendors.SelectMany(static vendor => vendor.Models).GroupBy(static entry => entry.Id, StringComparer.OrdinalIgnoreCase)
                .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.OrdinalIgnoreCase);
        }
    }

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    /// <summary>The day that the table is of.</summary>
    public DateOnly Date { get; }

    public IEnumerable<string> Models => _byModel.Keys;

    /// <summary>What a model of this name costs today; null = unknown. A dated snapshot costs what its model does.</summary>
    public Prices? Find(string model)
    {
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        return InForce(model, today) ?? (SnapshotPattern().Match(model) is { Success: true } suffix ? InForce(model[..suffix.Index], today) : null);
    }

    /// <summary>Every model whose price of today is known.</summary>
    public IEnumerable<(string Model, Prices Prices)> All() =>
        _byModel.Keys.Select(model => (model, Find(model))).Where(static pair => pair.Item2 is not null).Select(static pair => (pair.model, pair.Item2!));

    /// <summary>What a model costs that has no prices of its own: by its name, else by what all of its routes lead to.</summary>
    public Prices? Find(string model, IEnumerable<string> upstreamModels)
    {
        if (Find(model) is { } byName)
            return byName;
        var byRoute = upstreamModels.Select(Find).Distinct().Take(2).ToArray();
        return byRoute.Length == 1 ? byRoute[0] : null;
    }

    private Prices? InForce(string model, DateOnly today) =>
        _byModel.TryGetValue(model, out var entries) && Array.Find(entries, entry => !(today < entry.From) && !(today > entry.Until)) is { } found ? found.Prices() : null;

    private static Stream Embedded()
    {
        var assembly = typeof(ShippedPrices).Assembly;
        var newest = assembly.GetManifestResourceNames().Where(static name => name.Contains(".Prices.prices-", StringComparison.Ordinal)).Max(StringComparer.Ordinal)
            ?? throw new InvalidOperationException("No price table is embedded.");
        return assembly.GetManifestResourceStream(newest)!;
    }

    [GeneratedRegex(@"(-\d{4}-\d{2}-\d{2}|-\d{8}|-latest)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex SnapshotPattern();

    private sealed record Table(DateOnly Date, IReadOnlyList<Vendor> Vendors);

    private sealed record Vendor(string Source, DateOnly Read, IReadOnlyList<Entry> Models);

    private sealed record Entry
    {
        public required string Id { get; init; }

        public required string Input { get; init; }

        public required string Output { get; init; }

        public string? CachedInput { get; init; }

        public string? CacheWrite { get; init; }

        [JsonPropertyName("cache_write_1h")]
        public string? CacheWrite1h { get; init; }

        public string? Reasoning { get; init; }

        public DateOnly? From { get; init; }

        public DateOnly? Until { get; init; }

        public Prices Prices() => new()
        {
            InputPrice = Number(Input),
            OutputPrice = Number(Output),
            CachedInputPrice = Number(CachedInput),
            CacheWritePrice = Number(CacheWrite),
            CacheWrite1hPrice = Number(CacheWrite1h),
            ReasoningPrice = Number(Reasoning),
        };

        private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    }
}
