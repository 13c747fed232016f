using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and their forerunners <c>functions</c> and <c>function_call</c>.</summary>
internal static class ToolReader
{
    public static void Read(JsonElement source, ConvertedCall call)
    {
        var request = call.Request;
        var position = 0;
        foreach (var item in JsonRead.OptionalArray(source, "tools", "tools") is { } tools ? tools.EnumerateArray() : default)
            ReadTool(item, $"tools[{position++}]", call);
        position = 0;
        foreach (var item in JsonRead.OptionalArray(source, "functions", "functions") is { } functions ? functions.EnumerateArray() : default)
        {
            var path = $"functions[{position++}]";
            request.Tools.Add(Function(JsonRead.Object(item, path), path));
        }

        request.ParallelToolCalls = JsonRead.OptionalBoolean(source, "parallel_tool_calls", "parallel_tool_calls");
        request.ToolChoice = source.Member("tool_choice") is { } choice ? ReadChoice(choice, call)
            : source.Member("function_call") is { } function ? ReadFunctionCall(function)
            : null;
        if (request.ToolChoice is { Mode: ToolChoiceMode.Named, Name: { } name } && !request.Tools.Exists(tool => tool.Name == name))
            throw JsonRead.Invalid("tool_choice", $"there is no tool '{name}' in 'tools'.");
    }

    private static void ReadTool(JsonElement item, string path, ConvertedCall call)
    {
        JsonRead.Object(item, path);
        switch (JsonRead.RequiredString(item, "type", path + ".type"))
        {
            case "function":
                var function = JsonRead.OptionalObject(item, "function", path + ".function") ?? throw JsonRead.Missing(path + ".function");
                call.Request.Tools.Add(Function(function, path + ".function") with { Cache = PartReader.CacheOf(item, path) });
                break;
            case "custom":
                var custom = JsonRead.OptionalObject(item, "custom", path + ".custom") ?? throw JsonRead.Missing(path + ".custom");
                if (custom.ObjectOrNull("format") is { } format && format.StringOrNull("type") != "text")
                    call.Notes.Drop("tools.custom.format");
                var name = JsonRead.RequiredString(custom, "name", path + ".custom.name");
                call.Request.Tools.Add(new ToolDefinition(name, JsonRead.OptionalString(custom, "description", path + ".custom.description"), CustomTools.Schema));
                break;
            case var other:
                call.Notes.Drop("tools." + other);
                break;
        }
    }

    private static ToolDefinition Function(JsonElement function, string path) => new(
        JsonRead.RequiredString(function, "name", path + ".name"),
        JsonRead.OptionalString(function, "description", path + ".description"),
        JsonRead.OptionalObject(function, "parameters", path + ".parameters"))
    {
        Strict = JsonRead.OptionalBoolean(function, "strict", path + ".strict"),
    };

    private static ToolChoice ReadChoice(JsonElement choice, ConvertedCall call)
    {
        if (choice.ValueKind == JsonValueKind.String)
            return new ToolChoice(Mode(JsonRead.Text(choice, "tool_choice"), "tool_choice"));
        JsonRead.Object(choice, "tool_choice");
        return JsonRead.RequiredString(choice, "type", "tool_choice.type") switch
        {
            "function" => new ToolChoice(ToolChoiceMode.Named, NameIn(choice, "function")),
            "custom" => new ToolChoice(ToolChoiceMode.Named, NameIn(choice, "custom")),
            "allowed_tools" => ReadAllowed(JsonRead.OptionalObject(choice, "allowed_tools", "tool_choice.allowed_tools") ?? throw JsonRead.Missing("tool_choice.allowed_tools"), call),
            var other => throw JsonRead.Invalid("tool_choice.type", $"'{other}' is none of 'function', 'custom', 'allowed_tools'."),
        };
    }

    /// <summary>The others are left out of the list: what the model does not see it cannot call.</summary>
    private static ToolChoice ReadAllowed(JsonElement allowed, ConvertedCall call)
    {
        const string path = "tool_choice.allowed_tools";
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in JsonRead.OptionalArray(allowed, "tools", path + ".tools") is { } tools ? tools.EnumerateArray() : default)
            names.Add(NameIn(JsonRead.Object(item, path + ".tools"), item.Member("custom") is null ? "function" : "custom"));
        if (call.Request.Tools.RemoveAll(tool => !names.Contains(tool.Name)) > 0)
            call.Notes.Change("tool_choice.allowed_tools");
        return new ToolChoice(Mode(JsonRead.RequiredString(allowed, "mode", path + ".mode"), path + ".mode"));
    }

    private static ToolChoice ReadFunctionCall(JsonElement choice) => choice.ValueKind == JsonValueKind.String
        ? new ToolChoice(Mode(JsonRead.Text(choice, "function_call"), "function_call"))
        : new ToolChoice(ToolChoiceMode.Named, JsonRead.RequiredString(JsonRead.Object(choice, "function_call"), "name", "function_call.name"));

    private static string NameIn(JsonElement choice, string kind)
    {
        var path = "tool_choice." + kind;
        return JsonRead.RequiredString(JsonRead.OptionalObject(choice, kind, path) ?? throw JsonRead.Missing(path), "name", path + ".name");
    }

    private static ToolChoiceMode Mode(string text, string path) => text switch
    {
        "auto" => ToolChoiceMode.Auto,
        "none" => ToolChoiceMode.None,
        "required" => ToolChoiceMode.Required,
        _ => throw JsonRead.Invalid(path, $"'{text}' is none of 'auto', 'none', 'required'."),
    };
}
