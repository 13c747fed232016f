using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

internal static class BedrockTools
{
    private static readonly FrozenSet<string> s_config = FrozenSet.Create("tools", "toolChoice");
    private static readonly FrozenSet<string> s_spec = FrozenSet.Create("name", "description", "inputSchema", "strict");

    public static void Read(JsonElement config, Prompt prompt)
    {
        if (config.ValueKind == JsonValueKind.Undefined)
            return;
        BedrockRequest.RequireKnown(config, s_config, "/toolConfig");
        if (config.Member("tools").Count() == 0)
            throw Refused.Invalid("1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1");
        foreach (var tool in config.Member("tools").EnumerateArray())
        {
            if (tool.Has("cachePoint") && prompt.Tools.Count > 0)
                prompt.Tools[^1].Cache = tool.Member("cachePoint").Text("ttl") ?? "5m";
            else if (tool.Has("toolSpec"))
                ReadSpec(tool.Member("toolSpec"), $"toolConfig.tools.{prompt.Tools.Count}.toolSpec", prompt);
            else if (!tool.Has("systemTool"))
                throw Refused.Invalid("The format of the value at toolConfig.tools is invalid. Provide exactly one member of the tool union.");
        }

        ReadChoice(config.Member("toolChoice"), prompt);
    }

    private static void ReadSpec(JsonElement spec, string path, Prompt prompt)
    {
        BedrockRequest.RequireKnown(spec, s_spec, "/" + path);
        var name = spec.Text("name");
        if (name is null || name.Length is 0 or > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw Refused.Invalid($"1 validation error detected: Value '{name}' at '{path}.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
        if (prompt.Tools.Exists(other => other.Name == name))
            throw Refused.Invalid($"The tool {name} is already defined at toolConfig.tools.");
        if (spec.Has("description") && string.IsNullOrEmpty(spec.Text("description")))
            throw Refused.Invalid($"1 validation error detected: Value at '{path}.description' failed to satisfy constraint: Member must have length greater than or equal to 1");
        var schema = spec.Member("inputSchema").Member("json");
        if (!schema.Member("type").Is("object"))
            throw Refused.Invalid($"The value at {path}.inputSchema.json.type must be one of the following: object.");
        prompt.Tools.Add(new ToolSpec(name, spec.Text("description"), schema) { Strict = spec.Flag("strict") });
    }

    private static void ReadChoice(JsonElement choice, Prompt prompt)
    {
        if (choice.ValueKind == JsonValueKind.Undefined)
            return;
        if (choice.ValueKind != JsonValueKind.Object || choice.EnumerateObject().Count() != 1)
            throw Refused.Invalid("The format of the value at toolConfig.toolChoice is invalid. Provide exactly one of auto, any and tool.");
        var name = choice.EnumerateObject().First().Name;
        prompt.ToolChoice = name switch
        {
            "auto" => "auto",
            "any" => "required",
            "tool" => choice.Member("tool").Text("name") ?? throw Refused.Invalid("1 validation error detected: Value null at 'toolConfig.toolChoice.tool.name' failed to satisfy constraint: Member must not be null"),
            _ => throw Refused.Invalid($"Malformed input request: #/toolConfig/toolChoice: extraneous key [{name}] is not permitted, please reformat your input and try again."),
        };
        prompt.ToolNamed = name == "tool";
        if (prompt.ToolNamed && !prompt.Tools.Exists(tool => tool.Name == prompt.ToolChoice))
            throw Refused.Invalid($"The tool {prompt.ToolChoice} at toolConfig.toolChoice.tool.name is not defined at toolConfig.tools.");
        if (name != "auto" && prompt.Thinking.On == true)
            throw Refused.Invalid("The model returned the following errors: Thinking may not be enabled when tool_choice forces tool use.");
    }
}
