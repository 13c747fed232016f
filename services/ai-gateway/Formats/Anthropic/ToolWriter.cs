using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes tools and the choice among them.</summary>
internal static class ToolWriter
{
    public const int LongestName = 128;

    public static void WriteTool(Utf8JsonWriter json, string name, ToolDefinition tool, ClaudeModel model, BlockWriter blocks, ConversionNotes notes)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.Optional("description"u8, tool.Description);
        json.WritePropertyName("input_schema"u8);
        WriteSchema(json, tool.Schema, tool.Strict == true && model.TakesFormat, notes);
        if (tool.Strict == true && model.TakesFormat)
            json.WriteBoolean("strict"u8, true);
        else if (tool.Strict == true)
            notes.Drop("tools.strict");
        blocks.WriteCache(json, tool.Cache);
        json.WriteEndObject();
    }

    public static void WriteChoice(Utf8JsonWriter json, RequestPlan plan, ConvertedCall call)
    {
        var single = call.Request.ParallelToolCalls == false && plan.Choice?.Mode != ToolChoiceMode.None;
        if (plan.Choice is null && !single)
            return;
        json.WriteStartObject("tool_choice"u8);
        switch (plan.Choice)
        {
            case { Mode: ToolChoiceMode.None }:
                json.WriteString("type"u8, "none"u8);
                break;
            case { Mode: ToolChoiceMode.Required }:
                json.WriteString("type"u8, "any"u8);
                break;
            case { Mode: ToolChoiceMode.Named, Name: { } name }:
                json.WriteString("type"u8, "tool"u8);
                json.WriteString("name"u8, name == plan.AnswerTool?.Name ? name : UpstreamName(name, call));
                break;
            default:
                json.WriteString("type"u8, "auto"u8);
                break;
        }

        if (single)
            json.WriteBoolean("disable_parallel_tool_use"u8, true);
        json.WriteEndObject();
    }

    private static string UpstreamName(string name, ConvertedCall call)
    {
        var tool = call.Request.Tools.Find(tool => tool.Name == name)
            ?? throw new ConversionException($"Tool choice: there is no tool named '{name}' among the tools.", "tool_choice");
        return call.ToolNames.ToUpstream(tool.Namespace, tool.Name, LongestName);
    }

    /// <summary>Anthropic demands an object's schema.</summary>
    private static void WriteSchema(Utf8JsonWriter json, JsonElement? schema, bool strict, ConversionNotes notes)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } given)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            json.WriteEndObject();
        }
        else if (strict)
        {
            if (StrictSchema.Write(json, given))
                notes.Change("tools.parameters");
        }
        else if (given.Member("type") is not null)
        {
            json.Raw(given);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            foreach (var (name, value) in JsonRead.Members(given, "tools.parameters"))
            {
                if (name != "type")
                    json.Optional(System.Text.Encoding.UTF8.GetBytes(name), value);
            }

            json.WriteEndObject();
        }
    }
}
