using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Google.Protobuf.Collections;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>The price table that comes with a release, for models that nobody has registered. Immutable.</summary>
internal sealed partial class KnownPrices
{
    public static readonly KnownPrices None = new(FrozenDictionary<string, ModelPrices>.Empty);

    private readonly FrozenDictionary<string, ModelPrices> _byModel;

    private KnownPrices(FrozenDictionary<string, ModelPrices> byModel) => _byModel = byModel;

    public static KnownPrices Of(MapField<string, Prices> table) => new(table
        .Select(static pair => KeyValuePair.Create(pair.Key, ModelPrices.Of(pair.Value)!)).Where(static pair => pair.Value is not null)
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));

    /// <summary>Null when unknown. A dated snapshot costs what its model does.</summary>
    public ModelPrices? Of(string model) =>
        _byModel.GetValueOrDefault(model) ?? (SnapshotPattern().Match(model) is { Success: true } suffix ? _byModel.GetValueOrDefault(model[..suffix.Index]) : null);

    [GeneratedRegex(@"(-\d{4}-\d{2}-\d{2}|-\d{8}|-latest)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex SnapshotPattern();
}
