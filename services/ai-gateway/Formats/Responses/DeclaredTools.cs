using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// The tools of a request. Functions go as they are, those in a namespace with its name beside theirs; freeform tools become functions of one string;
/// tools that run at OpenAI are left out with a note.
/// </summary>
internal static class DeclaredTools
{
    /// <summary>The one argument of a freeform tool that had to become a function.</summary>
    public const string Input = "input";

    private static readonly JsonElement s_noSchema = JsonElement.Parse("""{"type":"object","properties":{}}""");

    public static void Read(JsonElement tools, string path, ConvertedCall call)
    {
        var index = 0;
        foreach (var tool in tools.EnumerateArray())
            ReadOne(tool, $"{path}[{index++}]", null, call);
    }

    /// <summary>True when the client declared this tool as freeform: its calls go back as they would have come.</summary>
    public static bool IsFreeform(ConvertedCall call, string? space, string name)
    {
        if (Has(call.Source.ItemsOrNone("tools"), space, name, null))
            return true;
        foreach (var item in call.Source.ItemsOrNone("input"))
        {
            if (item.StringOrNull("type") == "additional_tools" && Has(item.ItemsOrNone("tools"), space, name, null))
                return true;
        }

        return false;
    }

    /// <summary>How the model is to call it: <c>auto</c>, <c>none</c>, <c>required</c>, a tool, or some of the tools.</summary>
    public static void ReadChoice(JsonElement choice, ConvertedCall call)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            call.Request.ToolChoice = new ToolChoice(Mode(JsonRead.Text(choice, "tool_choice"), "tool_choice"));
            return;
        }

        var type = JsonRead.RequiredString(JsonRead.Object(choice, "tool_choice"), "type", "tool_choice.type");
        switch (type)
        {
            case "function" or "custom":
                var name = JsonRead.RequiredString(choice, "name", "tool_choice.name");
                if (!call.Request.Tools.Exists(tool => tool.Name == name))
                    throw new ConversionException($"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice");
                call.Request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, name);
                break;
            case "allowed_tools":
                ReadAllowed(choice, call);
                break;
            default:
                throw new ConversionException($"The tool '{type}' runs at OpenAI: this model's provider cannot be made to call it.", "tool_choice");
        }
    }

    private static void ReadOne(JsonElement tool, string path, string? space, ConvertedCall call)
    {
        var type = JsonRead.RequiredString(JsonRead.Object(tool, path), "type", path + ".type");
        switch (type)
        {
            case "function":
                ReadFunction(tool, path, space, call);
                break;
            case "custom":
                ReadFreeform(tool, path, space, call);
                break;
            case "namespace" when space is null:
                ReadNamespace(tool, path, call);
                break;
            default:
                call.Notes.Drop("tools." + type);
                break;
        }
    }

    private static void ReadNamespace(JsonElement tool, string path, ConvertedCall call)
    {
        var space = JsonRead.RequiredString(tool, "name", path + ".name");
        if (JsonRead.OptionalArray(tool, "tools", path + ".tools") is not { } inner)
            return;
        var (index, tools) = (0, call.Request.Tools);
        var first = tools.Count;
        foreach (var one in inner.EnumerateArray())
            ReadOne(one, $"{path}.tools[{index++}]", space, call);
        if (JsonRead.OptionalString(tool, "description", path + ".description") is not { Length: > 0 } described)
            return;

        // Other APIs have no place for what a namespace is about but its tools.
        for (var i = first; i < tools.Count; i++)
            tools[i] = tools[i] with { Description = tools[i].Description is { Length: > 0 } own ? described + "\n\n" + own : described };
    }

    private static void ReadFunction(JsonElement tool, string path, string? space, ConvertedCall call)
    {
        var name = JsonRead.RequiredString(tool, "name", path + ".name");
        call.Request.Tools.Add(new ToolDefinition(
            name,
            JsonRead.OptionalString(tool, "description", path + ".description"),
            JsonRead.OptionalObject(tool, "parameters", path + ".parameters") ?? s_noSchema)
        {
            Strict = JsonRead.OptionalBoolean(tool, "strict", path + ".strict"),
            Namespace = space,
        });
        if (tool.Member("output_schema") is not null)
            call.Notes.Drop("tools.output_schema");
    }

    private static void ReadFreeform(JsonElement tool, string path, string? space, ConvertedCall call)
    {
        var name = JsonRead.RequiredString(tool, "name", path + ".name");
        var description = JsonRead.OptionalString(tool, "description", path + ".description");
        call.Request.Tools.Add(new ToolDefinition(name, description, FreeformSchema(tool, path)) { Namespace = space });
        call.Notes.Change("tools.custom");
    }

    /// <summary>One string. A grammar that the answer must follow cannot be enforced elsewhere: the model is told it.</summary>
    private static JsonElement FreeformSchema(JsonElement tool, string path)
    {
        var told = "The tool's input: the raw text itself.";
        if (JsonRead.OptionalObject(tool, "format", path + ".format") is { } format && JsonRead.OptionalString(format, "definition", path + ".format.definition") is { } grammar)
            told = $"The tool's input: the raw text itself, which must follow this {JsonRead.OptionalString(format, "syntax", path + ".format.syntax")} grammar:\n{grammar}";
        var buffer = new ArrayBufferWriter<byte>(256 + told.Length);
        using (var json = new Utf8JsonWriter(buffer, JsonWrite.Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            json.WriteStartObject("properties"u8);
            json.WriteStartObject(Input);
            json.WriteString("type"u8, "string"u8);
            json.WriteString("description"u8, told);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("required"u8);
            json.WriteStringValue(Input);
            json.WriteEndArray();
            json.WriteBoolean("additionalProperties"u8, false);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>No other API can say "only these": the others are not offered.</summary>
    private static void ReadAllowed(JsonElement choice, ConvertedCall call)
    {
        call.Request.ToolChoice = new ToolChoice(Mode(JsonRead.OptionalString(choice, "mode", "tool_choice.mode") ?? "auto", "tool_choice.mode"));
        if (JsonRead.OptionalArray(choice, "tools", "tool_choice.tools") is not { } allowed)
            return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tool in allowed.EnumerateArray())
        {
            if (tool.StringOrNull("name") is { } name)
                names.Add(name);
        }

        if (call.Request.Tools.RemoveAll(tool => !names.Contains(tool.Name)) > 0)
            call.Notes.Change("tool_choice.allowed_tools");
    }

    private static ToolChoiceMode Mode(string mode, string path) => mode switch
    {
        "auto" => ToolChoiceMode.Auto,
        "none" => ToolChoiceMode.None,
        "required" => ToolChoiceMode.Required,
        _ => throw JsonRead.Invalid(path, "expected 'none', 'auto', 'required' or a tool."),
    };

    private static bool Has(IEnumerable<JsonElement> tools, string? space, string name, string? within)
    {
        foreach (var tool in tools)
        {
            var type = tool.StringOrNull("type");
            if (type == "custom" && within == space && tool.StringOrNull("name") == name)
                return true;
            if (type == "namespace" && within is null && space is not null && tool.StringOrNull("name") == space && Has(tool.ItemsOrNone("tools"), space, name, space))
                return true;
        }

        return false;
    }
}
