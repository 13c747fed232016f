using ThinkWatch.AiGateway.Accounting;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>What an answer tells about itself.</summary>
internal struct AnswerFacts
{
    public TokenUsage? Usage { get; set; }

    public string? FinishReason { get; set; }
}

/// <summary>A provider's error in its own words; each may be missing.</summary>
internal readonly record struct ProviderFault(string? Message, string? Type, string? Code, string? Param);
