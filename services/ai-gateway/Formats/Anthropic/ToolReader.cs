using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads tools and the choice among them. Tools that Anthropic itself defines mean nothing elsewhere.</summary>
internal static class ToolReader
{
    private const int DateLength = 9; // _20250305

    public static void Read(JsonElement source, ConvertedCall call)
    {
        if (JsonRead.OptionalArray(source, "tools", "tools") is { } tools)
        {
            foreach (var (index, item) in tools.EnumerateArray().Index())
                ReadTool(JsonRead.Object(item, $"tools.{index}"), $"tools.{index}", call);
        }

        if (JsonRead.OptionalObject(source, "tool_choice", "tool_choice") is { } choice)
            ReadChoice(choice, call.Request);
    }

    private static void ReadTool(JsonElement tool, string path, ConvertedCall call)
    {
        if (JsonRead.OptionalString(tool, "type", path + ".type") is { } type and not "custom")
        {
            call.Notes.Drop("tools." + WithoutDate(type));
            return;
        }

        call.Request.Tools.Add(new ToolDefinition(
            JsonRead.RequiredString(tool, "name", path + ".name"),
            JsonRead.OptionalString(tool, "description", path + ".description"),
            JsonRead.OptionalObject(tool, "input_schema", path + ".input_schema") ?? throw JsonRead.Missing(path + ".input_schema"))
        {
            Strict = JsonRead.OptionalBoolean(tool, "strict", path + ".strict"),
            Cache = RequestReader.Cache(tool, path),
        });
        foreach (var (name, value) in JsonRead.Members(tool, path))
        {
            var isDefault = value.ValueKind is JsonValueKind.Null or JsonValueKind.False;
            if (!isDefault && name is not ("type" or "name" or "description" or "input_schema" or "strict" or "cache_control"))
                call.Notes.Drop("tools." + name);
        }
    }

    private static void ReadChoice(JsonElement choice, ChatRequest request)
    {
        if (JsonRead.OptionalBoolean(choice, "disable_parallel_tool_use", "tool_choice.disable_parallel_tool_use") == true)
            request.ParallelToolCalls = false;
        request.ToolChoice = JsonRead.RequiredString(choice, "type", "tool_choice.type") switch
        {
            "auto" => new ToolChoice(ToolChoiceMode.Auto),
            "none" => new ToolChoice(ToolChoiceMode.None),
            "any" => new ToolChoice(ToolChoiceMode.Required),
            "tool" => new ToolChoice(ToolChoiceMode.Named, JsonRead.RequiredString(choice, "name", "tool_choice.name")),
            _ => throw JsonRead.Invalid("tool_choice.type", "expected 'auto', 'any', 'tool' or 'none'."),
        };
        if (request.ToolChoice is { Mode: ToolChoiceMode.Named, Name: var name } && !request.Tools.Exists(tool => tool.Name == name))
            throw JsonRead.Invalid("tool_choice.name", "it names a tool that is not among the tools, or one that only Anthropic has.");
        if (request.Tools.Count > 0)
            return;
        if (request.ToolChoice.Mode == ToolChoiceMode.Required)
            throw JsonRead.Invalid("tool_choice", "there is no tool to choose that this model's provider could offer.");
        request.ToolChoice = null;
        request.ParallelToolCalls = null;
    }

    private static string WithoutDate(string type) =>
        type.Length > DateLength && type[^DateLength] == '_' && type.AsSpan(type.Length - DateLength + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? type[..^DateLength] : type;
}
