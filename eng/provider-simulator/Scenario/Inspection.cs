using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>
/// The answer of <c>sim-inspect</c>: what was understood, in one shape for every format, so that a test can compare what two upstreams received.
/// Neighbouring turns of one role are one turn; tool results stand in a user's turn.
/// </summary>
internal static class Inspection
{
    public static string Of(Prompt prompt)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, prompt);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, Prompt prompt)
    {
        json.WriteStartObject();
        json.WriteString("format", prompt.Format);
        json.WriteString("model", prompt.Model);
        json.WriteBoolean("stream", prompt.Stream);
        WriteParts(json, "system", prompt.System);
        json.WriteStartArray("messages");
        for (var i = 0; i < prompt.Turns.Count;)
        {
            var role = prompt.Turns[i].Role;
            var parts = new List<Part>();
            for (; i < prompt.Turns.Count && prompt.Turns[i].Role == role; i++)
                parts.AddRange(prompt.Turns[i].Parts);
            json.WriteStartObject();
            json.WriteString("role", role);
            WriteParts(json, "parts", parts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteTools(json, prompt);
        WriteSettings(json, prompt);
        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, Prompt prompt)
    {
        json.WriteStartArray("tools");
        foreach (var tool in prompt.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name", tool.Name);
            Optional(json, "namespace", tool.Namespace);
            Optional(json, "description", tool.Description);
            Optional(json, "schema", tool.Schema);
            if (tool.Strict is { } strict)
                json.WriteBoolean("strict", strict);
            Optional(json, "cache", tool.Cache);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("tool_choice", prompt.ToolChoice);
        if (prompt.ParallelTools is { } parallel)
            json.WriteBoolean("parallel_tools", parallel);
    }

    private static void WriteSettings(Utf8JsonWriter json, Prompt prompt)
    {
        if (prompt.OutputType is not null)
        {
            json.WriteStartObject("output");
            json.WriteString("type", prompt.OutputType);
            Optional(json, "schema", prompt.OutputSchema);
            json.WriteEndObject();
        }

        json.WriteStartObject("sampling");
        foreach (var (name, value) in prompt.Sampling)
            Optional(json, name, value);
        json.WriteEndObject();
        json.WriteStartObject("thinking");
        if (prompt.Thinking.On is { } on)
            json.WriteBoolean("on", on);
        if (prompt.Thinking.Budget is { } budget)
            json.WriteNumber("budget", budget);
        Optional(json, "effort", prompt.Thinking.Effort);
        json.WriteEndObject();
        json.WriteStartArray("other_fields");
        foreach (var name in prompt.Others)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WriteParts(Utf8JsonWriter json, string name, List<Part> parts)
    {
        json.WriteStartArray(name);
        foreach (var part in parts)
            WritePart(json, part);
        json.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter json, Part part)
    {
        json.WriteStartObject();
        json.WriteString("kind", part.Kind switch
        {
            PartKind.ToolCall => "tool_call",
            PartKind.ToolResult => "tool_result",
            _ => part.Kind.ToString().ToLowerInvariant(),
        });
        Optional(json, "text", part.Text);
        Optional(json, "id", part.Id);
        Optional(json, "name", part.Name);
        if (part.Arguments is { } arguments)
        {
            json.WritePropertyName("arguments");
            WriteArguments(json, arguments);
        }

        if (part.Media is { } media)
        {
            Optional(json, "media_type", media.Type);
            Optional(json, "url", media.Url);
            Optional(json, "file_id", media.FileId);
            Optional(json, "file_name", media.FileName);
            if (media.Sha256 is not null)
            {
                json.WriteNumber("bytes", media.Bytes);
                json.WriteString("sha256", media.Sha256);
            }
        }

        if (part.IsError)
            json.WriteBoolean("error", true);
        if (part.Parts is { } inner)
            WriteParts(json, "parts", inner);
        if (part.Signature is not null)
            json.WriteBoolean("signed", true);
        Optional(json, "cache", part.Cache);
        json.WriteEndObject();
    }

    /// <summary>A model may have made arguments that are no JSON.</summary>
    private static void WriteArguments(Utf8JsonWriter json, string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(arguments);
        }
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void Optional(Utf8JsonWriter json, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            return;
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}
