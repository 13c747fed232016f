using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Writes an answer as a <c>chat.completion</c>.</summary>
internal static class AnswerWriter
{
    public static void Write(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(call));
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, call.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model"u8, call.Model);
        json.WriteStartArray("choices"u8);
        for (var i = 0; i < answer.Choices.Count; i++)
            WriteChoice(json, i, answer.Choices[i], call);
        json.WriteEndArray();
        if (answer.Usage is { } usage)
            ChatUsage.Write(json, usage);
        json.Optional("service_tier"u8, answer.ServiceTier);
        json.WriteEndObject();
    }

    public static string IdOf(ConvertedCall call) => "chatcmpl-" + call.RequestId.Replace("-", "", StringComparison.Ordinal);

    /// <summary>The client speaks of functions, not of tools.</summary>
    public static bool SpeaksOfFunctions(ConvertedCall call) => call.Source.Member("functions") is not null && call.Source.Member("tools") is null;

    /// <summary>An annotation, where the source has an address: OpenAI knows no other citations.</summary>
    public static void WriteAnnotation(Utf8JsonWriter json, Citation citation, int offset)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteStartObject("url_citation"u8);
        json.WriteNumber("start_index"u8, offset + (citation.Start ?? 0));
        json.WriteNumber("end_index"u8, offset + (citation.End ?? citation.Start ?? 0));
        json.WriteString("url"u8, citation.Url);
        json.WriteString("title"u8, citation.Title ?? "");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>An image that the model made; OpenAI has no place for it, the field is that of other compatible APIs.</summary>
    public static void WriteImage(Utf8JsonWriter json, ImagePart image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, MediaText.ToUrl(image.Media) ?? "");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, int index, AnswerChoice choice, ConvertedCall call)
    {
        var refusal = Join<RefusalPart>(choice, static part => part.Text);
        var called = choice.Parts.Exists(static part => part is ToolCallPart);
        var reason = choice.Finish is { } finish ? ChatFinish.Write(finish.Reason, called, refusal is not null) : null;
        var functions = SpeaksOfFunctions(call);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, Join<TextPart>(choice, static part => part.Text));
        json.WriteString("refusal"u8, refusal);
        json.Optional("reasoning_content"u8, Join<ThinkingPart>(choice, static part => part.Text));
        ThinkingBlocks.Write(json, choice.Parts);
        WriteAnnotations(json, choice, call.Notes);
        WriteImages(json, choice);
        if (called && functions)
            WriteFunctionCall(json, choice.Parts.OfType<ToolCallPart>().First());
        else if (called)
            WriteToolCalls(json, choice, call);
        json.WriteEndObject();
        json.WritePropertyName("logprobs"u8);
        if (choice.Logprobs is { } logprobs)
            json.Raw(logprobs);
        else
            json.WriteNullValue();
        json.WriteString("finish_reason"u8, functions && reason == "tool_calls" ? "function_call" : reason);
        json.WriteEndObject();
    }

    private static string? Join<T>(AnswerChoice choice, Func<T, string> text)
        where T : Part
    {
        string? joined = null;
        foreach (var part in choice.Parts)
        {
            if (part is T one)
                joined += text(one);
        }

        return joined;
    }

    private static void WriteAnnotations(Utf8JsonWriter json, AnswerChoice choice, ConversionNotes notes)
    {
        var offset = 0;
        var any = false;
        foreach (var text in choice.Parts.OfType<TextPart>())
        {
            foreach (var citation in text.Citations)
            {
                if (citation.Url is null)
                {
                    notes.Drop("citations");
                    continue;
                }

                if (!any)
                    json.WriteStartArray("annotations"u8);
                any = true;
                WriteAnnotation(json, citation, offset);
            }

            offset += text.Text.Length;
        }

        if (any)
            json.WriteEndArray();
    }

    private static void WriteImages(Utf8JsonWriter json, AnswerChoice choice)
    {
        if (!choice.Parts.Exists(static part => part is ImagePart))
            return;
        json.WriteStartArray("images"u8);
        foreach (var image in choice.Parts.OfType<ImagePart>())
            WriteImage(json, image);
        json.WriteEndArray();
    }

    private static void WriteFunctionCall(Utf8JsonWriter json, ToolCallPart call)
    {
        json.WriteStartObject("function_call"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments.Length == 0 ? "{}" : call.Arguments);
        json.WriteEndObject();
    }

    private static void WriteToolCalls(Utf8JsonWriter json, AnswerChoice choice, ConvertedCall call)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var made in choice.Parts.OfType<ToolCallPart>())
        {
            json.WriteStartObject();
            json.WriteString("id"u8, made.Id);
            if (CustomTools.Declared(call, made.Name))
            {
                json.WriteString("type"u8, "custom"u8);
                json.WriteStartObject("custom"u8);
                json.WriteString("name"u8, made.Name);
                json.WriteString("input"u8, CustomTools.ToInput(made.Arguments));
            }
            else
            {
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, made.Name);
                json.WriteString("arguments"u8, made.Arguments.Length == 0 ? "{}" : made.Arguments);
            }

            json.WriteEndObject();
            ThinkingBlocks.WriteOfCall(json, made.Signature);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
