using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Whose model it is: Converse is one API, what its models take differs
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html).
/// </summary>
internal readonly record struct BedrockModel(string Name)
{
    public bool IsClaude => Has("anthropic.") || Has("claude");

    public bool IsNova => Has("amazon.nova");

    public bool IsGptOss => Has("openai.gpt-oss");

    /// <summary>Efforts, but no budgets of thinking.</summary>
    public bool ThinksByEffort => IsGptOss || Has("amazon.nova-2");

    public bool IsMistral => Has("mistral.");

    /// <summary>Takes no choice among tools but its own.</summary>
    public bool OnlyChoosesItself => Has("meta.llama");

    /// <summary>Takes points up to which a prompt is kept.</summary>
    public bool Caches => IsClaude || IsNova;

    public SignatureOrigin Origin => IsClaude ? SignatureOrigin.Claude : SignatureOrigin.Bedrock;

    private bool Has(string word) => Name.Contains(word, StringComparison.OrdinalIgnoreCase);
}
