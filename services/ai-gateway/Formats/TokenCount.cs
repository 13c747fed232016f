using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats;

internal static class TokenCount
{
    /// <summary>More than any call can use; sums of such counts stay far from overflowing.</summary>
    private const long Most = 1L << 40;

    /// <summary>A provider's count of tokens; absent or no count: 0.</summary>
    public static long TokensOrZero(this JsonElement element, string name) => Math.Min(Most, element.CountOrZero(name));

    /// <summary>What two reports of one call tell together: counts only grow, and a later report may leave out what an earlier one had.</summary>
    public static TokenUsage Larger(TokenUsage one, TokenUsage other) => new(
        Math.Max(one.Input, other.Input), Math.Max(one.Output, other.Output), Math.Max(one.Cached, other.Cached),
        Math.Max(one.CacheWrite, other.CacheWrite), Math.Max(one.Reasoning, other.Reasoning))
    {
        CacheWrite1h = Math.Max(one.CacheWrite1h, other.CacheWrite1h),
    };
}
