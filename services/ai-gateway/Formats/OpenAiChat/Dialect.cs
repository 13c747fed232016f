using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// How a provider's Chat Completions differ from another's: OpenAI itself is strict about unknown fields and knows the newest, those who imitate it know
/// the oldest. Every answer can be overruled by a capability flag of the provider.
/// </summary>
internal readonly struct Dialect(ConvertedCall call)
{
    private readonly bool _isOpenAi = call.ProviderType is "openai" or "azure_openai";

    /// <summary>The bound on output is called <c>max_completion_tokens</c>; reasoning models refuse the old name.</summary>
    public bool MaxCompletionTokens => call.Can("max_completion_tokens", _isOpenAi);

    public bool DeveloperRole => call.Can("developer_role", _isOpenAi);

    /// <summary>Several text parts may stand in one system, assistant or tool message.</summary>
    public bool TextParts => call.Can("text_parts", _isOpenAi);

    /// <summary>Thoughts go back as <c>reasoning_content</c>; some providers demand it within a tool loop.</summary>
    public bool ReasoningContent => call.Can("reasoning_content", !_isOpenAi);

    public bool ReasoningEffort => call.Can("reasoning_effort", !_isOpenAi || Reasons(call.UpstreamModel));

    /// <summary>Tool calls carry <c>extra_content</c>, as Google's compatible API has it.</summary>
    public bool ExtraContent => call.Can("extra_content", !_isOpenAi);

    public bool TopK => call.Can("top_k", otherwise: false);

    public bool StreamUsage => call.Can("stream_usage", otherwise: true);

    public bool PromptCacheKey => call.Can("prompt_cache_key", _isOpenAi);

    public bool SafetyIdentifier => call.Can("safety_identifier", _isOpenAi);

    public bool Verbosity => call.Can("verbosity", _isOpenAi);

    public bool ServiceTier => call.Can("service_tier", _isOpenAi);

    public int MostStops => _isOpenAi ? 4 : int.MaxValue;

    /// <summary>OpenAI's older models refuse to be told how much to think. A name that says nothing, such as a deployment's, counts as new.</summary>
    private static bool Reasons(string model) =>
        !model.StartsWith("gpt-4", StringComparison.OrdinalIgnoreCase)
        && !model.StartsWith("gpt-3", StringComparison.OrdinalIgnoreCase)
        && !model.StartsWith("chatgpt-4", StringComparison.OrdinalIgnoreCase)
        && !model.Contains("-chat-latest", StringComparison.OrdinalIgnoreCase);
}
