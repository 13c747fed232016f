using System.Text.Json;

namespace ThinkWatch.AiGateway.Guard;

/// <summary><c>chat.completion.chunk</c>: a choice's texts end when it says why it ended.</summary>
internal sealed class ChatEventTexts : EventTexts
{
    private static readonly TextShape s_chunk = new TextShape().With("choices"u8, new TextShape().By("index"u8)
        .With("delta"u8, new TextShape()
            .With("content"u8, TextShape.TextDelta)
            .With("refusal"u8, TextShape.TextDelta)
            .With("tool_calls"u8, new TextShape().By("index"u8)
                .With("function"u8, new TextShape().With("arguments"u8, TextShape.JsonDelta))
                .With("custom"u8, new TextShape().With("input"u8, TextShape.TextDelta)))
            .With("function_call"u8, new TextShape().With("arguments"u8, TextShape.JsonDelta))));

    private static readonly TextShape s_thoughtDelta = new TextShape().With("choices"u8, new TextShape().By("index"u8)
        .With("delta"u8, new TextShape().With("reasoning_content"u8, TextShape.ThoughtDelta).With("reasoning"u8, TextShape.ThoughtDelta)));

    public override TextShape? ThoughtsIn(ReadOnlySpan<byte> data) => s_thoughtDelta;

    public override EventText Read(ReadOnlySpan<byte> data)
    {
        var choice = new ChoiceVisitor();
        TextWalk.Run(data, ChoiceVisitor.Shape, choice);
        return new EventText(s_chunk, choice.Index, choice.HasEnded ? TextEnd.SameGroup : TextEnd.None);
    }

    private sealed class ChoiceVisitor : ITextVisitor
    {
        public static readonly TextShape Shape = new TextShape().With("choices"u8, new TextShape().With("finish_reason"u8, TextShape.Text).With("index"u8, TextShape.Sequence));

        private long _index = -1;

        /// <summary>It says why it ended.</summary>
        public bool HasEnded { get; private set; }

        public long Index => _index;

        public void Visit(ref Utf8JsonReader reader, in TextPlace place)
        {
            if (reader.TokenType == JsonTokenType.String)
                HasEnded = true;
            else
                _ = reader.TryGetInt64(out _index);
        }
    }
}
