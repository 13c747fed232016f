namespace ThinkWatch.AiGateway.Accounting;

/// <summary>Tokens of one call. <paramref name="Cached"/> and <paramref name="CacheWrite"/> are part of input, <paramref name="Reasoning"/> of output.</summary>
internal readonly record struct TokenUsage(long Input, long Output, long Cached, long CacheWrite, long Reasoning)
{
    private const int BytesPerToken = 4;

    /// <summary>The part of <see cref="CacheWrite"/> that is kept for an hour: it costs more than what is kept for five minutes.</summary>
    public long CacheWrite1h { get; init; }

    /// <summary>Of several calls together; those that told nothing count nothing.</summary>
    public static TokenUsage Sum(IEnumerable<TokenUsage?> all)
    {
        var sum = default(TokenUsage);
        foreach (var one in all)
        {
            if (one is not { } usage)
                continue;
            sum = new TokenUsage(sum.Input + usage.Input, sum.Output + usage.Output, sum.Cached + usage.Cached, sum.CacheWrite + usage.CacheWrite, sum.Reasoning + usage.Reasoning)
            {
                CacheWrite1h = sum.CacheWrite1h + usage.CacheWrite1h,
            };
        }

        return sum;
    }

    /// <summary>A rough count, before a call and for what cannot be read: four bytes a token.</summary>
    public static long Tokens(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;
}
