using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>The events of each kind of block: what begins it, its deltas, what ends it.</summary>
internal sealed class BlockEvents(ConvertedCall call)
{
    private readonly bool _showsThoughts = call.Request.Thinking is { ShowThoughts: true };

    public static OpenMessage StartMessage(EventSink sink, IBufferWriter<byte> output, OutputItem item)
    {
        ItemEvent(sink, output, "response.output_item.added"u8, item, 0, static (json, item, _) =>
        {
            OutputItems.StartMessage(json, item.Id, OutputItems.InProgress);
            OutputItems.EndMessage(json);
        });
        return new OpenMessage(item);
    }

    public static void EndMessage(EventSink sink, IBufferWriter<byte> output, OpenMessage message) =>
        Done(sink, output, message.Item, message, static (json, item, message) =>
        {
            OutputItems.StartMessage(json, item.Id, OutputItems.Completed);
            foreach (var block in message.Blocks)
                WriteContent(json, block, whole: true);
            OutputItems.EndMessage(json);
        });

    public StreamBlock StartContent(EventSink sink, IBufferWriter<byte> output, BlockKind kind, OpenMessage message)
    {
        var block = new StreamBlock(kind, message.Item) { ContentIndex = message.Contents++ };
        message.OpenContents++;
        message.Blocks.Add(block);
        var json = sink.Begin(output, "response.content_part.added"u8, block.Item);
        json.WriteNumber("content_index"u8, block.ContentIndex);
        json.WritePropertyName("part"u8);
        WriteContent(json, block, whole: false);
        sink.End();
        return block;
    }

    public static void EndContent(EventSink sink, IBufferWriter<byte> output, StreamBlock block)
    {
        var json = sink.Begin(output, block.Kind == BlockKind.Text ? "response.output_text.done"u8 : "response.refusal.done"u8, block.Item);
        json.WriteNumber("content_index"u8, block.ContentIndex);
        json.WriteString(block.Kind == BlockKind.Text ? "text"u8 : "refusal"u8, block.Text.ToString());
        if (block.Kind == BlockKind.Text)
        {
            json.WritePropertyName("logprobs"u8);
            OutputItems.WriteLogprobs(json, block.Logprobs);
        }

        sink.End();
        json = sink.Begin(output, "response.content_part.done"u8, block.Item);
        json.WriteNumber("content_index"u8, block.ContentIndex);
        json.WritePropertyName("part"u8);
        WriteContent(json, block, whole: true);
        sink.End();
    }

    public StreamBlock StartThinking(EventSink sink, IBufferWriter<byte> output, OutputItem item)
    {
        ItemEvent(sink, output, "response.output_item.added"u8, item, 0, static (json, item, _) => OutputItems.WriteReasoning(json, item.Id, null, null, null));
        return new StreamBlock(BlockKind.Thinking, item);
    }

    public void EndThinking(EventSink sink, IBufferWriter<byte> output, StreamBlock block)
    {
        var text = block.Text.ToString();
        var isShown = _showsThoughts && text.Length > 0;
        if (isShown)
        {
            var json = sink.Begin(output, "response.reasoning_summary_text.done"u8, block.Item);
            json.WriteNumber("summary_index"u8, 0);
            json.WriteString("text"u8, text);
            sink.End();
            SummaryPart(sink, output, "response.reasoning_summary_part.done"u8, block.Item, text);
        }

        var encrypted = ThoughtText.Of(new ThinkingPart(text, block.Signature));
        Done(sink, output, block.Item, (Summary: isShown ? text : null, encrypted), static (json, item, state) =>
            OutputItems.WriteReasoning(json, item.Id, null, state.Summary, state.encrypted));
    }

    public StreamBlock StartCall(EventSink sink, IBufferWriter<byte> output, OutputItem item, ToolCallPart tool, bool isFreeform)
    {
        var block = new StreamBlock(BlockKind.ToolCall, item) { Call = tool, IsFreeform = isFreeform, Signature = tool.Signature };
        ItemEvent(sink, output, "response.output_item.added"u8, item, block, static (json, item, block) => WriteCall(json, item, block, OutputItems.InProgress, ""));
        if (tool.Arguments.Length > 0)
            Delta(sink, output, block, tool.Arguments);
        return block;
    }

    public static void EndCall(EventSink sink, IBufferWriter<byte> output, StreamBlock block)
    {
        var arguments = block.Text.ToString();
        Utf8JsonWriter json;
        if (block.IsFreeform)
        {
            // What a freeform tool gets is the text inside the function's arguments: known when they are whole.
            arguments = OutputItems.InputOf(arguments);
            json = sink.Begin(output, "response.custom_tool_call_input.delta"u8, block.Item);
            json.WriteString("delta"u8, arguments);
            sink.End();
            json = sink.Begin(output, "response.custom_tool_call_input.done"u8, block.Item);
            json.WriteString("input"u8, arguments);
        }
        else
        {
            json = sink.Begin(output, "response.function_call_arguments.done"u8, block.Item);
            json.WriteString("name"u8, block.Call!.Name);
            json.WriteString("arguments"u8, arguments);
        }

        sink.End();
        Done(sink, output, block.Item, (block, arguments), static (json, item, state) => WriteCall(json, item, state.block, OutputItems.Completed, state.arguments));
    }

    public void Delta(EventSink sink, IBufferWriter<byte> output, StreamBlock block, string text)
    {
        var isFirst = block.Text.Length == 0;
        block.Text.Append(text);
        if (block.IsFreeform || (block.Kind == BlockKind.Thinking && !_showsThoughts))
            return;
        if (block.Kind == BlockKind.Thinking && isFirst)
            SummaryPart(sink, output, "response.reasoning_summary_part.added"u8, block.Item, "");
        var json = sink.Begin(output, block.Kind switch
        {
            BlockKind.Thinking => "response.reasoning_summary_text.delta"u8,
            BlockKind.ToolCall => "response.function_call_arguments.delta"u8,
            BlockKind.Refusal => "response.refusal.delta"u8,
            _ => "response.output_text.delta"u8,
        }, block.Item);
        if (block.Kind == BlockKind.Thinking)
            json.WriteNumber("summary_index"u8, 0);
        else if (block.Kind != BlockKind.ToolCall)
            json.WriteNumber("content_index"u8, block.ContentIndex);
        json.WriteString("delta"u8, text);
        if (block.Kind == BlockKind.Text)
        {
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        sink.End();
    }

    public static void Cite(EventSink sink, IBufferWriter<byte> output, StreamBlock block, Citation citation)
    {
        if (block.Kind != BlockKind.Text)
            return;
        var json = sink.Begin(output, "response.output_text.annotation.added"u8, block.Item);
        json.WriteNumber("content_index"u8, block.ContentIndex);
        json.WriteNumber("annotation_index"u8, block.Citations.Count);
        json.WritePropertyName("annotation"u8);
        OutputItems.WriteAnnotation(json, citation);
        sink.End();
        block.Citations.Add(citation);
    }

    /// <summary>An item that comes all at once.</summary>
    public static void Whole<TState>(EventSink sink, IBufferWriter<byte> output, OutputItem item, TState state, Action<Utf8JsonWriter, OutputItem, TState> write)
    {
        ItemEvent(sink, output, "response.output_item.added"u8, item, state, write);
        Done(sink, output, item, state, write);
    }

    private static void SummaryPart(EventSink sink, IBufferWriter<byte> output, ReadOnlySpan<byte> type, OutputItem item, string text)
    {
        var json = sink.Begin(output, type, item);
        json.WriteNumber("summary_index"u8, 0);
        json.WritePropertyName("part"u8);
        OutputItems.WriteSummary(json, text);
        sink.End();
    }

    private static void WriteContent(Utf8JsonWriter json, StreamBlock block, bool whole)
    {
        var text = whole ? block.Text.ToString() : "";
        if (block.Kind == BlockKind.Text)
            OutputItems.WriteText(json, text, block.Citations, block.Logprobs);
        else
            OutputItems.WriteRefusal(json, text);
    }

    private static void WriteCall(Utf8JsonWriter json, OutputItem item, StreamBlock block, string status, string arguments)
    {
        if (block.IsFreeform)
            OutputItems.WriteFreeformCall(json, item.Id, status, block.Call!, arguments);
        else
            OutputItems.WriteFunctionCall(json, item.Id, status, block.Call!, arguments);
    }

    private static void Done<TState>(EventSink sink, IBufferWriter<byte> output, OutputItem item, TState state, Action<Utf8JsonWriter, OutputItem, TState> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonWrite.Options))
            write(json, item, state);
        item.Done = buffer.WrittenSpan.ToArray();
        ItemEvent(sink, output, "response.output_item.done"u8, item, item.Done, static (json, _, done) => json.WriteRawValue(done, skipInputValidation: true));
    }

    private static void ItemEvent<TState>(
        EventSink sink, IBufferWriter<byte> output, ReadOnlySpan<byte> type, OutputItem item, TState state, Action<Utf8JsonWriter, OutputItem, TState> write)
    {
        var json = sink.Begin(output, type);
        json.WriteNumber("output_index"u8, item.Index);
        json.WritePropertyName("item"u8);
        write(json, item, state);
        sink.End();
    }
}
