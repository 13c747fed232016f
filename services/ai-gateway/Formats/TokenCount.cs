using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats;

internal static class TokenCount
{
    /// <summary>More than any call can use; sums of such counts stay far from overflowing.</summary>
    private const long Most = 1L << 40;

    /// <summary>A provider's count of tokens; absent or no count: 0.</summary>
    public static long TokensOrZero(this JsonElement element, string name) => Math.Min(Most, element.CountOrZero(name));
}
