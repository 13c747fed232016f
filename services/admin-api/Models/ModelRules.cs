using System.Text.RegularExpressions;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Models;

/// <summary>Applies what was asked for to a model and collects everything that is wrong with it.</summary>
internal static partial class ModelRules
{
    private const int MaximumText = 200;
    private const int MaximumTags = 32;
    private const int MaximumTag = 64;
    private const long MaximumTokens = 100_000_000;
    private const decimal MaximumMultiplier = 1000;

    /// <param name="model">What is changed.</param>
    /// <param name="patch">What was asked for.</param>
    /// <param name="errors">Collects what is wrong.</param>
    /// <param name="shipped">The prices that hold while the model has none of its own: the first own price leaves the others as they were shown.</param>
    public static void Apply(Model model, ModelPatch patch, FieldErrors errors, Prices? shipped = null)
    {
        if (patch.ModelId.IsSet)
        {
            model.ModelId = patch.ModelId.Value ?? "";
            errors.Require(IdPattern().IsMatch(model.ModelId), "model_id", "must be 1 to 200 letters, digits or any of . _ : / @ + -, beginning with a letter or digit");
        }

        if (patch.DisplayName.IsSet)
        {
            model.DisplayName = string.IsNullOrWhiteSpace(patch.DisplayName.Value) ? model.ModelId : patch.DisplayName.Value.Trim();
            errors.Require(model.DisplayName.Length <= MaximumText, "display_name", $"must not be longer than {MaximumText} characters");
        }

        if (patch.Enabled.IsSet)
            model.Enabled = patch.Enabled.Value ?? true;
        ApplyRouting(model, patch, errors);
        ApplyPrices(model, patch, errors, shipped);
        ApplySizes(model, patch, errors);
        if (patch.Tags.IsSet)
        {
            model.Tags = [.. (patch.Tags.Value ?? []).Distinct()];
            errors.Require(model.Tags.Count <= MaximumTags && model.Tags.All(static tag => tag is { Length: > 0 and <= MaximumTag }), "tags",
                $"must be at most {MaximumTags} texts of 1 to {MaximumTag} characters");
        }
    }

    private static void ApplyRouting(Model model, ModelPatch patch, FieldErrors errors)
    {
        if (patch.Strategy.IsSet)
        {
            model.Strategy = patch.Strategy.Value;
            errors.Require(model.Strategy is null || Model.Strategies.Contains(model.Strategy), "strategy", $"must be one of {string.Join(", ", Model.Strategies)}");
        }

        if (patch.AffinityMode.IsSet)
        {
            model.AffinityMode = patch.AffinityMode.Value;
            errors.Require(model.AffinityMode is null || Model.AffinityModes.Contains(model.AffinityMode), "affinity_mode", $"must be one of {string.Join(", ", Model.AffinityModes)}");
        }
    }

    private static void ApplyPrices(Model model, ModelPatch patch, FieldErrors errors, Prices? shipped)
    {
        var now = model.Prices == Prices.Unknown ? shipped ?? Prices.Unknown : model.Prices;
        var asked = new Prices
        {
            InputPrice = patch.InputPrice.Or(now.InputPrice),
            OutputPrice = patch.OutputPrice.Or(now.OutputPrice),
            CachedInputPrice = patch.CachedInputPrice.Or(now.CachedInputPrice),
            CacheWritePrice = patch.CacheWritePrice.Or(now.CacheWritePrice),
            CacheWrite1hPrice = patch.CacheWrite1hPrice.Or(now.CacheWrite1hPrice),
            ReasoningPrice = patch.ReasoningPrice.Or(now.ReasoningPrice),
        };
        if (asked != now)
            model.Prices = asked;
        model.Prices.Check(errors);
    }

    private static void ApplySizes(Model model, ModelPatch patch, FieldErrors errors)
    {
        model.ContextWindow = patch.ContextWindow.Or(model.ContextWindow);
        model.MaxOutputTokens = patch.MaxOutputTokens.Or(model.MaxOutputTokens);
        errors.Require(model.ContextWindow is null or (>= 1 and <= MaximumTokens), "context_window", $"must be between 1 and {MaximumTokens}")
            .Require(model.MaxOutputTokens is null or (>= 1 and <= MaximumTokens), "max_output_tokens", $"must be between 1 and {MaximumTokens}");
        if (patch.InputMultiplier.IsSet)
            model.InputMultiplier = patch.InputMultiplier.Value ?? 1;
        if (patch.OutputMultiplier.IsSet)
            model.OutputMultiplier = patch.OutputMultiplier.Value ?? 1;
        errors.Require(model.InputMultiplier is >= 0 and <= MaximumMultiplier, "input_multiplier", $"must be between 0 and {MaximumMultiplier}")
            .Require(model.OutputMultiplier is >= 0 and <= MaximumMultiplier, "output_multiplier", $"must be between 0 and {MaximumMultiplier}");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex IdPattern();
}
