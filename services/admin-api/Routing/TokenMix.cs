using ThinkWatch.AdminApi.Models;

namespace ThinkWatch.AdminApi.Routing;

/// <summary>In which proportions tokens of each kind were used.</summary>
internal sealed record TokenMix(long Input, long Output, long Cached, long CacheWrite, long Reasoning)
{
    /// <summary>Three parts input, one part output, as chats usually have it.</summary>
    public static readonly TokenMix Typical = new(3, 1, 0, 0, 0);

    public long Total => Input + Output;

    public static TokenMix Of(IEnumerable<RouteFigures> figures) => figures.Aggregate(
        new TokenMix(0, 0, 0, 0, 0),
        static (sum, route) => new(
            sum.Input + route.InputTokens, sum.Output + route.OutputTokens, sum.Cached + route.CachedTokens, sum.CacheWrite + route.CacheWriteTokens, sum.Reasoning + route.ReasoningTokens));

    /// <summary>What a million tokens in these proportions cost; null when a price is missing. A special kind without a price costs what its plain kind does.</summary>
    public decimal? UsdPerMillion(Prices prices)
    {
        if (prices.InputPrice is not { } input || prices.OutputPrice is not { } output || Total == 0)
            return null;
        var cost = (Math.Max(0, Input - Cached - CacheWrite) * input) + (Cached * (prices.CachedInputPrice ?? input)) + (CacheWrite * (prices.CacheWritePrice ?? input))
            + (Math.Max(0, Output - Reasoning) * output) + (Reasoning * (prices.ReasoningPrice ?? output));
        return Math.Round(cost / Total, 6);
    }
}
