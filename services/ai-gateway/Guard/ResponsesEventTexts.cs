using System.Text.Json;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The Responses API's typed events, numbered: an item's texts end with the first event that is done with them.</summary>
internal sealed class ResponsesEventTexts : EventTexts
{
    private static readonly TextShape s_textDelta = Root().By("content_index"u8).With("delta"u8, TextShape.TextDelta);
    private static readonly TextShape s_plainDelta = Root().With("delta"u8, TextShape.TextDelta);
    private static readonly TextShape s_jsonDelta = Root().With("delta"u8, TextShape.JsonDelta);

    private static readonly TextShape s_thoughtDelta = Root().By("summary_index"u8).By("content_index"u8).With("delta"u8, TextShape.ThoughtDelta);

    private static readonly TextShape s_done = Root().With("text"u8, TextShape.Text).With("refusal"u8, TextShape.Text).With("input"u8, TextShape.Text)
        .With("arguments"u8, TextShape.Json);

    private static readonly TextShape s_whole = Root()
        .With("part"u8, TextShapes.ResponsesItems)
        .With("item"u8, TextShapes.ResponsesItems)
        .With("response"u8, TextShapes.ResponsesAnswer);

    /// <summary>Nothing but its number.</summary>
    private static readonly TextShape s_other = Root();

    public override bool AreNumbered => true;

    public override TextShape? ThoughtsIn(ReadOnlySpan<byte> data)
    {
        ReadRoot(data, "output_index"u8, out var type, out _);
        return type.TokenType == JsonTokenType.String && type.ValueSpan.IndexOf("reasoning"u8) >= 0 && type.ValueSpan.EndsWith(".delta"u8) ? s_thoughtDelta : null;
    }

    public override EventText Read(ReadOnlySpan<byte> data)
    {
        ReadRoot(data, "output_index"u8, out var type, out var index);
        if (type.TokenType != JsonTokenType.String)
            return new EventText(s_other, index, TextEnd.None);
        var name = type.ValueSpan;
        if (name.IndexOf("reasoning"u8) >= 0 || name.IndexOf("audio"u8) >= 0)
            return new EventText(s_other, index, TextEnd.None);
        if (name.EndsWith(".delta"u8))
            return new EventText(DeltaOf(name), index, TextEnd.None);
        if (name.EndsWith("output_item.done"u8) || name.EndsWith("content_part.done"u8))
            return new EventText(s_whole, index, TextEnd.SameGroup);
        if (name.EndsWith(".done"u8))
            return new EventText(s_done, index, TextEnd.SameGroup);
        return new EventText(s_whole, index, IsEnd(name) ? TextEnd.All : TextEnd.None);
    }

    private static bool IsEnd(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("response.completed"u8) || name.SequenceEqual("response.incomplete"u8) || name.SequenceEqual("response.failed"u8) || name.SequenceEqual("error"u8);

    private static TextShape DeltaOf(ReadOnlySpan<byte> name) =>
        name.EndsWith("output_text.delta"u8) || name.EndsWith("refusal.delta"u8) ? s_textDelta
            : name.EndsWith("arguments.delta"u8) ? s_jsonDelta
            : name.EndsWith("input.delta"u8) ? s_plainDelta
            : s_other;

    private static TextShape Root() => new TextShape().By("output_index"u8).With("sequence_number"u8, TextShape.Sequence);
}
