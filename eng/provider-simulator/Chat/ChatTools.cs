using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

internal static class ChatTools
{
    public static void Read(JsonElement root, Prompt prompt)
    {
        var number = 0;
        foreach (var tool in root.Member("tools").Items())
        {
            var path = $"tools[{number++}]";
            var type = tool.Text("type") ?? throw Refused.Invalid($"Missing required parameter: '{path}.type'.", path + ".type");
            if (type == "custom")
                continue;
            if (type != "function")
                throw Refused.Invalid($"Invalid value: '{type}'. Supported values are: 'function' and 'custom'.", path + ".type");
            var function = tool.Member("function");
            var name = function.Text("name") ?? throw Refused.Invalid($"Missing required parameter: '{path}.function.name'.", path + ".function.name");
            OpenAiRules.RequireName(name, path + ".function.name");
            OpenAiRules.RequireSchema(name, function.Member("parameters"), path + ".function.parameters");
            prompt.Tools.Add(new ToolSpec(name, function.Text("description"), function.Member("parameters")) { Strict = function.Flag("strict") });
        }

        ReadChoice(root.Member("tool_choice"), prompt);
    }

    private static void ReadChoice(JsonElement choice, Prompt prompt)
    {
        if (choice.ValueKind == JsonValueKind.Undefined)
            return;
        if (prompt.Tools.Count == 0 && !choice.Is("none"))
            throw Refused.Invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice");
        if (choice.ValueKind == JsonValueKind.String)
        {
            prompt.ToolChoice = choice.GetString() is "auto" or "none" or "required" ? choice.GetString()! : throw Refused.Invalid($"Invalid value: '{choice}'.", "tool_choice");
            return;
        }

        var name = choice.Member("function").Text("name") ?? throw Refused.Invalid("Missing required parameter: 'tool_choice.function.name'.", "tool_choice.function.name");
        OpenAiRules.RequireTool(prompt, name);
        prompt.ToolChoice = name;
        prompt.ToolNamed = true;
    }
}
