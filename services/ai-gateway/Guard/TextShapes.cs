using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>
/// Where each format that clients speak has its text, in requests and answers. Thoughts stand apart: a provider signs them as it wrote them, so what a client
/// sends back must be, to the byte, what it was given. They are looked at and never changed.
/// </summary>
internal static class TextShapes
{
    private static readonly TextShape s_chatMessage = ChatMessage();
    private static readonly TextShape s_anthropicBlocks = AnthropicBlocks();
    private static readonly TextShape s_responsesItem = ResponsesItem();

    private static readonly TextShape s_chatRequest = new TextShape()
        .With("messages"u8, s_chatMessage.AsConversation())
        .With("prediction"u8, s_chatMessage);

    private static readonly TextShape s_chatAnswer = new TextShape().With("choices"u8, new TextShape().With("message"u8, s_chatMessage));

    private static readonly TextShape s_anthropicRequest = new TextShape()
        .With("system"u8, s_anthropicBlocks)
        .With("messages"u8, new TextShape().With("content"u8, s_anthropicBlocks).AsConversation());

    private static readonly TextShape s_anthropicAnswer = new TextShape().With("content"u8, s_anthropicBlocks);

    private static readonly TextShape s_responsesRequest = new TextShape()
        .With("instructions"u8, s_responsesItem)
        .With("prompt"u8, new TextShape().With("variables"u8, new TextShape().WithAny(s_responsesItem)))
        .With("input"u8, s_responsesItem.AsConversation());

    private static readonly TextShape s_responsesAnswer = new TextShape()
        .With("instructions"u8, s_responsesItem)
        .With("output"u8, s_responsesItem);

    private static readonly TextShape s_chatThoughts = new TextShape()
        .With("choices"u8, new TextShape().With("message"u8, new TextShape().With("reasoning_content"u8, TextShape.Text).With("reasoning"u8, TextShape.Text)));

    private static readonly TextShape s_anthropicThoughts = new TextShape().With("content"u8, new TextShape().With("thinking"u8, TextShape.Text));

    private static readonly TextShape s_responsesThoughts = new TextShape().With("output"u8, new TextShape()
        .With("summary"u8, new TextShape().With("text"u8, TextShape.Text))
        .With("content"u8, new TextShape().NotOfType("output_text"u8).With("text"u8, TextShape.Text)));

    private static readonly TextShape s_embeddingsRequest = new TextShape().With("input"u8, TextShape.Text);

    public static TextShape? Request(WireFormat format) => format switch
    {
        WireFormat.OpenAiChat => s_chatRequest,
        WireFormat.AnthropicMessages or WireFormat.AnthropicCountTokens => s_anthropicRequest,
        WireFormat.OpenAiResponses => s_responsesRequest,
        WireFormat.OpenAiEmbeddings => s_embeddingsRequest,
        _ => null,
    };

    public static TextShape? Answer(WireFormat format) => format switch
    {
        WireFormat.OpenAiChat => s_chatAnswer,
        WireFormat.AnthropicMessages => s_anthropicAnswer,
        WireFormat.OpenAiResponses => s_responsesAnswer,
        _ => null,
    };

    /// <summary>Where an answer has its thoughts.</summary>
    public static TextShape? Thoughts(WireFormat format) => format switch
    {
        WireFormat.OpenAiChat => s_chatThoughts,
        WireFormat.AnthropicMessages => s_anthropicThoughts,
        WireFormat.OpenAiResponses => s_responsesThoughts,
        _ => null,
    };

    internal static TextShape ResponsesItems => s_responsesItem;

    internal static TextShape ResponsesAnswer => s_responsesAnswer;

    internal static TextShape AnthropicBlock => s_anthropicBlocks;

    private static TextShape ChatMessage()
    {
        var parts = new TextShape(TextKind.Text).With("text"u8, TextShape.Text).With("refusal"u8, TextShape.Text);
        return new TextShape()
            .With("content"u8, parts)
            .With("refusal"u8, TextShape.Text)
            .With("tool_calls"u8, new TextShape()
                .With("function"u8, new TextShape().With("arguments"u8, TextShape.Json))
                .With("custom"u8, new TextShape().With("input"u8, TextShape.Text)))
            .With("function_call"u8, new TextShape().With("arguments"u8, TextShape.Json));
    }

    private static TextShape AnthropicBlocks()
    {
        var blocks = new TextShape(TextKind.Text).NotOfType("thinking"u8).NotOfType("redacted_thinking"u8).NotOfType("web_search_result"u8);
        return blocks
            .With("text"u8, TextShape.Text)
            .With("input"u8, TextShape.Everything)
            .With("content"u8, blocks)
            .With("title"u8, TextShape.Text)
            .With("context"u8, TextShape.Text)
            .With("citations"u8, new TextShape().With("cited_text"u8, TextShape.Text))
            .With("source"u8, new TextShape().NotOfType("base64"u8).With("data"u8, TextShape.Text).With("content"u8, blocks));
    }

    private static TextShape ResponsesItem()
    {
        var parts = new TextShape(TextKind.Text).NotOfType("reasoning_text"u8).With("text"u8, TextShape.Text).With("refusal"u8, TextShape.Text);
        return new TextShape(TextKind.Text).NotOfType("reasoning"u8)
            .With("content"u8, parts)
            .With("text"u8, TextShape.Text)
            .With("arguments"u8, TextShape.Json)
            .With("input"u8, TextShape.Text)
            .With("output"u8, parts)
            .With("action"u8, new TextShape().With("command"u8, TextShape.Text).With("commands"u8, TextShape.Text));
    }
}
