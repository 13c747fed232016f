using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Writes the items of a response's output, alike for whole answers and for streams.</summary>
internal static class OutputItems
{
    public const string Message = "msg";
    public const string Reasoning = "rs";
    public const string FunctionCall = "fc";
    public const string FreeformCall = "ctc";
    public const string Image = "ig";

    public const string Completed = "completed";
    public const string InProgress = "in_progress";

    /// <summary>An id that says which response the item belongs to: a client may refer to the item alone.</summary>
    public static string Id(ConvertedCall call, string kind, int index) => $"{kind}_{ResponseIds.Core(call.RequestId)}{index:x4}";

    /// <summary>Begins a message; its content is an open array.</summary>
    public static void StartMessage(Utf8JsonWriter json, string id, string status)
    {
        Start(json, id, "message", status);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
    }

    public static void EndMessage(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteText(Utf8JsonWriter json, string text, IReadOnlyList<Citation> citations, IReadOnlyList<JsonElement> logprobs)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteStartArray("annotations"u8);
        foreach (var citation in citations)
            WriteAnnotation(json, citation);
        json.WriteEndArray();
        json.WritePropertyName("logprobs"u8);
        WriteLogprobs(json, logprobs);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    public static void WriteRefusal(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "refusal"u8);
        json.WriteString("refusal"u8, text);
        json.WriteEndObject();
    }

    /// <summary>OpenAI's annotations point into files of OpenAI or at addresses; what has no address is named by its title.</summary>
    public static void WriteAnnotation(Utf8JsonWriter json, Citation citation)
    {
        json.WriteStartObject();
        if (citation.Url is { } url)
        {
            json.WriteString("type"u8, "url_citation"u8);
            json.WriteString("url"u8, url);
            json.WriteString("title"u8, citation.Title ?? "");
            json.WriteNumber("start_index"u8, citation.Start ?? 0);
            json.WriteNumber("end_index"u8, citation.End ?? 0);
        }
        else
        {
            json.WriteString("type"u8, "file_citation"u8);
            json.WriteString("file_id"u8, "");
            json.WriteString("filename"u8, citation.Title ?? "");
            json.WriteNumber("index"u8, citation.Start ?? 0);
            json.Optional("quote"u8, citation.CitedText);
        }

        json.WriteEndObject();
    }

    /// <summary>Chat's <c>logprobs</c> objects as one list of tokens.</summary>
    public static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<JsonElement> logprobs)
    {
        json.WriteStartArray();
        foreach (var piece in logprobs)
        {
            foreach (var token in piece.ItemsOrNone("content"))
                json.Raw(token);
        }

        json.WriteEndArray();
    }

    /// <param name="summary">What the client may read; null when it did not ask to, or there is nothing.</param>
    public static void WriteReasoning(Utf8JsonWriter json, string id, string? status, string? summary, string? encrypted)
    {
        Start(json, id, "reasoning", status);
        json.WriteStartArray("summary"u8);
        if (summary is not null)
            WriteSummary(json, summary);
        json.WriteEndArray();
        json.Optional("encrypted_content"u8, encrypted);
        json.WriteEndObject();
    }

    public static void WriteSummary(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    public static void WriteFunctionCall(Utf8JsonWriter json, string id, string status, ToolCallPart call, string arguments)
    {
        Start(json, id, "function_call", status);
        json.WriteString("call_id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.Optional("namespace"u8, call.Namespace);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    public static void WriteFreeformCall(Utf8JsonWriter json, string id, string status, ToolCallPart call, string input)
    {
        Start(json, id, "custom_tool_call", status);
        json.WriteString("call_id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.Optional("namespace"u8, call.Namespace);
        json.WriteString("input"u8, input);
        json.WriteEndObject();
    }

    public static void WriteImage(Utf8JsonWriter json, string id, ImagePart image)
    {
        Start(json, id, "image_generation_call", Completed);
        json.WriteString("result"u8, image.Media.Base64);
        json.WriteEndObject();
    }

    /// <summary>The raw text that a freeform tool's function was called with; what the model wrote, when it did not keep to the function's shape.</summary>
    public static string InputOf(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.StringOrNull(DeclaredTools.Input) ?? arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static void Start(Utf8JsonWriter json, string id, string type, string? status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.Optional("status"u8, status);
    }
}
