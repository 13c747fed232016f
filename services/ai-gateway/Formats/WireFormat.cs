namespace ThinkWatch.AiGateway.Formats;

/// <summary>How requests and answers look on the wire, on either side of the gateway.</summary>
internal enum WireFormat
{
    /// <summary>OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat).</summary>
    OpenAiChat,

    /// <summary>OpenAI Responses (https://platform.openai.com/docs/api-reference/responses).</summary>
    OpenAiResponses,

    /// <summary>OpenAI Embeddings (https://platform.openai.com/docs/api-reference/embeddings).</summary>
    OpenAiEmbeddings,

    /// <summary>Anthropic Messages (https://docs.anthropic.com/en/api/messages).</summary>
    AnthropicMessages,

    /// <summary>Anthropic token counting (https://docs.anthropic.com/en/api/messages-count-tokens).</summary>
    AnthropicCountTokens,

    /// <summary>Gemini generateContent (https://ai.google.dev/api/generate-content). Providers only.</summary>
    Gemini,

    /// <summary>Gemini embedContent (https://ai.google.dev/api/embeddings). Providers only.</summary>
    GeminiEmbeddings,

    /// <summary>Bedrock Converse (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). Providers only.</summary>
    BedrockConverse,

    /// <summary>Bedrock InvokeModel with the embedding models of Amazon and Cohere. Providers only.</summary>
    BedrockEmbeddings,
}
