using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>What an answer tells about itself.</summary>
internal struct AnswerFacts
{
    public TokenUsage? Usage { get; set; }

    public string? FinishReason { get; set; }
}

/// <summary>A provider's error in its own words; each may be missing.</summary>
internal readonly record struct ProviderFault(string? Message, string? Type, string? Code, string? Param)
{
    /// <summary>It is the gateway's own credentials that were refused, whatever the status.</summary>
    public bool IsAuthentication { get; init; }

    /// <summary>When to try again, where the body tells and not a header.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
