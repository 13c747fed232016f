using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

internal static class AnthropicTools
{
    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        "type", "name", "description", "input_schema", "cache_control", "strict", "allowed_callers", "defer_loading", "eager_input_streaming", "input_examples");

    public static void Read(JsonElement root, Prompt prompt)
    {
        var number = 0;
        foreach (var tool in root.Member("tools").Items())
        {
            var path = $"tools.{number++}";

            // Anthropic's own tools run on its side.
            if (tool.Text("type") is { } type && type != "custom")
            {
                prompt.Others.Add("tools." + type);
                continue;
            }

            if (tool.Unknown(s_known) is { } extra)
                throw AnthropicRequest.Extra($"{path}.custom.{extra}");
            var name = tool.Text("name") ?? throw AnthropicRequest.Missing(path + ".custom.name");
            if (name.Length is 0 or > 128 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw Refused.Invalid(path + ".custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
            if (prompt.Tools.Exists(other => other.Name == name))
                throw Refused.Invalid("tools: Tool names must be unique.");
            var schema = tool.Member("input_schema");
            if (schema.ValueKind != JsonValueKind.Object)
                throw AnthropicRequest.Missing(path + ".custom.input_schema");
            if (!schema.Member("type").Is("object"))
                throw Refused.Invalid(path + ".custom.input_schema.type: Input should be 'object'");
            prompt.Tools.Add(new ToolSpec(name, tool.Text("description"), schema) { Strict = tool.Flag("strict"), Cache = AnthropicBlocks.ReadCache(tool, path) });
        }

        ReadChoice(root.Member("tool_choice"), prompt);
    }

    public static void ReadChoice(JsonElement choice, Prompt prompt)
    {
        if (choice.ValueKind == JsonValueKind.Undefined)
            return;
        if (prompt.Tools.Count == 0 && !prompt.Others.Exists(static other => other.StartsWith("tools.", StringComparison.Ordinal)))
            throw Refused.Invalid("tool_choice: tool_choice may only be specified while providing tools");
        if (choice.Flag("disable_parallel_tool_use") is { } disabled)
            prompt.ParallelTools = !disabled;
        prompt.ToolChoice = choice.Text("type") switch
        {
            "auto" => "auto",
            "any" => "required",
            "none" => "none",
            "tool" => choice.Text("name") ?? throw AnthropicRequest.Missing("tool_choice.tool.name"),
            var other => throw Refused.Invalid($"tool_choice: Input tag '{other}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'"),
        };
        if (!choice.Member("type").Is("tool"))
            return;
        prompt.ToolNamed = true;
        if (!prompt.Tools.Exists(tool => tool.Name == prompt.ToolChoice))
            throw Refused.Invalid($"tool_choice: Tool '{prompt.ToolChoice}' not found in provided tools");
    }
}
