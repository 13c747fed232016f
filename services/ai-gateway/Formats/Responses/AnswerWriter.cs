using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Writes a whole answer as a response object.</summary>
internal static class AnswerWriter
{
    /// <summary>What a refusal says when the provider gives no words for it.</summary>
    public const string Declined = "The model declined to answer.";

    public static void Write(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : new AnswerChoice();
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        ResponseObject.Write(
            json, call, answer.Model, answer.ServiceTier, ResponseState.Of(choice.Finish), answer.Usage, (choice, call), static (json, state) => WriteItems(json, state.choice, state.call));
    }

    private static void WriteItems(Utf8JsonWriter json, AnswerChoice choice, ConvertedCall call)
    {
        var parts = choice.Parts;
        if (choice.Finish is { Reason: FinishReason.Refusal } && !parts.Exists(static part => part is RefusalPart or TextPart { Text.Length: > 0 }))
            parts = [.. parts, new RefusalPart(Declined)];
        var index = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is TextPart or RefusalPart)
                WriteMessage(json, choice, parts, ref i, OutputItems.Id(call, OutputItems.Message, index++));
            else
                WriteItem(json, parts[i], call, ref index);
        }
    }

    /// <summary>Text and refusals that follow each other are one message.</summary>
    private static void WriteMessage(Utf8JsonWriter json, AnswerChoice choice, List<Part> parts, ref int i, string id)
    {
        OutputItems.StartMessage(json, id, ResponseState.Of(choice.Finish).Incomplete is null ? OutputItems.Completed : "incomplete");
        var logprobs = choice.Logprobs is { } given ? [given] : Array.Empty<JsonElement>();
        for (; i < parts.Count && parts[i] is TextPart or RefusalPart; i++)
        {
            if (parts[i] is TextPart text)
                OutputItems.WriteText(json, text.Text, text.Citations, logprobs);
            else
                OutputItems.WriteRefusal(json, ((RefusalPart)parts[i]).Text);
        }

        i--;
        OutputItems.EndMessage(json);
    }

    private static void WriteItem(Utf8JsonWriter json, Part part, ConvertedCall call, ref int index)
    {
        switch (part)
        {
            case ThinkingPart thinking:
                var summary = thinking.Text.Length > 0 && call.Request.Thinking is { ShowThoughts: true } ? thinking.Text : null;
                OutputItems.WriteReasoning(json, OutputItems.Id(call, OutputItems.Reasoning, index++), null, summary, ThoughtText.Of(thinking));
                break;
            case HiddenThinkingPart hidden:
                OutputItems.WriteReasoning(json, hidden.Id ?? OutputItems.Id(call, OutputItems.Reasoning, index), null, null, ThoughtText.Of(hidden));
                index++;
                break;
            case ToolCallPart tool:
                WriteCall(json, tool, call, ref index);
                break;
            case ImagePart { Media.Base64: not null } image:
                OutputItems.WriteImage(json, OutputItems.Id(call, OutputItems.Image, index++), image);
                break;
            default:
                call.Notes.Drop("output." + part.GetType().Name);
                break;
        }
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCallPart tool, ConvertedCall call, ref int index)
    {
        if (tool.Signature is { } signature)
            OutputItems.WriteReasoning(json, OutputItems.Id(call, OutputItems.Reasoning, index++), null, null, ThoughtText.Of(tool.Id, signature));
        if (DeclaredTools.IsFreeform(call, tool.Namespace, tool.Name))
            OutputItems.WriteFreeformCall(json, OutputItems.Id(call, OutputItems.FreeformCall, index++), OutputItems.Completed, tool, OutputItems.InputOf(tool.Arguments));
        else
            OutputItems.WriteFunctionCall(json, OutputItems.Id(call, OutputItems.FunctionCall, index++), OutputItems.Completed, tool, tool.Arguments);
    }
}
