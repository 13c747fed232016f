using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

internal static class ResponseTools
{
    public static void Read(JsonElement root, Prompt prompt)
    {
        var number = 0;
        foreach (var tool in root.Member("tools").Items())
            Read(tool, $"tools[{number++}]", null, prompt);
        ReadChoice(root.Member("tool_choice"), prompt);
    }

    private static void Read(JsonElement tool, string path, string? space, Prompt prompt)
    {
        var type = tool.Text("type") ?? throw new Refused(400, $"Missing required parameter: '{path}.type'.", "missing_required_parameter", path + ".type");
        if (type == "namespace" && space is null)
        {
            var name = tool.Text("name") ?? throw new Refused(400, $"Missing required parameter: '{path}.name'.", "missing_required_parameter", path + ".name");
            foreach (var inner in tool.Member("tools").Items())
                Read(inner, path + ".tools", name, prompt);
        }
        else if (type == "function")
        {
            ReadFunction(tool, path, space, prompt);
        }
        else
        {
            // What OpenAI runs on its side.
            prompt.Others.Add("tools." + type);
        }
    }

    private static void ReadFunction(JsonElement tool, string path, string? space, Prompt prompt)
    {
        var name = tool.Text("name") ?? throw new Refused(400, $"Missing required parameter: '{path}.name'.", "missing_required_parameter", path + ".name");
        OpenAiRules.RequireName(name, path + ".name");
        var schema = tool.Member("parameters");
        OpenAiRules.RequireSchema(name, schema, path + ".parameters");
        if (tool.Flag("strict") == true && schema.Flag("additionalProperties") != false)
        {
            throw new Refused(400, $"Invalid schema for function '{name}': In context=(), 'additionalProperties' is required to be supplied and to be false.", "invalid_function_parameters", path + ".parameters");
        }

        prompt.Tools.Add(new ToolSpec(name, tool.Text("description"), schema) { Strict = tool.Flag("strict"), Namespace = space });
    }

    private static void ReadChoice(JsonElement choice, Prompt prompt)
    {
        if (choice.ValueKind == JsonValueKind.Undefined)
            return;
        if (choice.ValueKind == JsonValueKind.String)
        {
            prompt.ToolChoice = choice.GetString() is "auto" or "none" or "required" ? choice.GetString()! : throw Refused.Invalid($"Invalid value: '{choice}'.", "tool_choice");
            if (prompt.ToolChoice == "required" && prompt.Tools.Count == 0 && prompt.Others.Count == 0)
                throw Refused.Invalid("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice");
            return;
        }

        if (choice.Text("type") == "function")
        {
            prompt.ToolChoice = choice.Text("name") ?? throw new Refused(400, "Missing required parameter: 'tool_choice.name'.", "missing_required_parameter", "tool_choice.name");
            prompt.ToolNamed = true;
            OpenAiRules.RequireTool(prompt, prompt.ToolChoice);
        }
        else if (choice.Text("type") == "allowed_tools")
        {
            prompt.ToolChoice = choice.Text("mode") == "required" ? "required" : "auto";
        }
    }
}
