using System.Text.Json;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Anthropic's events: a block's text ends with <c>content_block_stop</c>.</summary>
internal sealed class AnthropicEventTexts : EventTexts
{
    private static readonly TextShape s_delta = new TextShape().By("index"u8).With("delta"u8, new TextShape()
        .With("text"u8, TextShape.TextDelta)
        .With("partial_json"u8, TextShape.JsonDelta)
        .With("citation"u8, new TextShape().With("cited_text"u8, TextShape.Text)));

    private static readonly TextShape s_start = new TextShape().With("content_block"u8, TextShapes.AnthropicBlock);

    private static readonly TextShape s_thoughtDelta = new TextShape().By("index"u8).With("delta"u8, new TextShape().With("thinking"u8, TextShape.ThoughtDelta));

    public override TextShape? ThoughtsIn(ReadOnlySpan<byte> data) => s_thoughtDelta;

    public override EventText Read(ReadOnlySpan<byte> data)
    {
        ReadRoot(data, "index"u8, out var type, out var index);
        if (type.TokenType != JsonTokenType.String || type.ValueTextEquals("ping"u8))
            return new EventText(null, index, TextEnd.None);
        if (type.ValueTextEquals("content_block_delta"u8))
            return new EventText(s_delta, index, TextEnd.None);
        if (type.ValueTextEquals("content_block_start"u8))
            return new EventText(s_start, index, TextEnd.None);
        return new EventText(null, index, type.ValueTextEquals("content_block_stop"u8) ? TextEnd.SameGroup : TextEnd.All);
    }
}
