using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Writes <c>toolConfig</c> (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html).</summary>
internal sealed class ToolsWriter(ConvertedCall call, BedrockModel model, ConversePlan plan)
{
    private readonly ChatRequest _request = call.Request;

    public void Write(Utf8JsonWriter json)
    {
        var tools = Tools();
        if (tools.Count == 0)
        {
            if (_request.ToolChoice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named })
                throw new ConversionException("A tool choice needs tools.", "tool_choice");
            return;
        }

        json.WriteStartObject("toolConfig"u8);
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
            WriteTool(json, tool);
        json.WriteEndArray();
        WriteChoice(json);
        json.WriteEndObject();
    }

    /// <summary>What Converse's own choice cannot say can be said to Claude itself.</summary>
    public static bool ChoosesInClaudesWords(ConvertedCall call, ConversePlan plan) =>
        (call.Request.Tools.Count > 0 || plan.AnswerTool is not null || HasCalls(call.Request))
        && (plan.Choice is { Mode: ToolChoiceMode.None } ? HasCalls(call.Request) : call.Request.ParallelToolCalls is false);

    public static string NameOf(ToolChoice choice, ConvertedCall call, ConversePlan plan)
    {
        if (plan.AnswerTool is { } answer && answer.Name == choice.Name)
            return answer.Name;
        var tool = call.Request.Tools.Find(tool => tool.Name == choice.Name)
            ?? throw new ConversionException($"Tool choice '{choice.Name}' is not among the tools.", "tool_choice");
        return call.ToolNames.ToUpstream(tool.Namespace, tool.Name);
    }

    /// <summary>
    /// The tools to declare. A conversation with calls in it must declare some; and where none may be called, those that were not called need no mention.
    /// </summary>
    private List<ToolDefinition> Tools()
    {
        var isNone = plan.Choice is { Mode: ToolChoiceMode.None };
        var hasCalls = HasCalls(_request);
        var tools = new List<ToolDefinition>();
        if (!isNone || hasCalls)
            tools.AddRange(_request.Tools);
        if (tools.Count == 0 && hasCalls)
        {
            call.Notes.Change("tools");
            tools.AddRange(_request.Messages.SelectMany(static message => message.Parts).OfType<ToolCallPart>()
                .DistinctBy(static made => (made.Namespace, made.Name)).Select(static made => new ToolDefinition(made.Name, null, null) { Namespace = made.Namespace }));
        }

        if (plan.AnswerTool is { } answer)
            tools.Add(answer);
        return tools;
    }

    private static bool HasCalls(ChatRequest request) => request.Messages.Exists(static message => message.Parts.Exists(static part => part is ToolCallPart));

    private void WriteTool(Utf8JsonWriter json, ToolDefinition tool)
    {
        var isAnswer = ReferenceEquals(tool, plan.AnswerTool);
        json.WriteStartObject();
        json.WriteStartObject("toolSpec"u8);
        json.WriteString("name"u8, isAnswer ? tool.Name : call.ToolNames.ToUpstream(tool.Namespace, tool.Name));
        if (!string.IsNullOrWhiteSpace(tool.Description))
            json.WriteString("description"u8, tool.Description);
        json.WriteStartObject("inputSchema"u8);
        json.WritePropertyName("json"u8);
        var isStrict = tool.Strict is true && plan.TakesStrictTools;
        WriteSchema(json, tool, isStrict);
        json.WriteEndObject();
        if (isStrict)
            json.WriteBoolean("strict"u8, true);
        else if (tool.Strict is true)
            call.Notes.Drop("tools.strict");
        json.WriteEndObject();
        json.WriteEndObject();
        if (tool.Cache is null)
            return;
        if (model.IsClaude)
            BlockWriter.WriteCachePoint(json, tool.Cache);
        else
            call.Notes.Drop("cache_control");
    }

    private void WriteSchema(Utf8JsonWriter json, ToolDefinition tool, bool isStrict)
    {
        if (tool.Schema is not { ValueKind: JsonValueKind.Object } schema)
            json.WriteRawValue("""{"type":"object"}"""u8);
        else if (!isStrict)
            WriteObjectSchema(json, schema);
        else if (StrictSchema.Write(json, schema))
            call.Notes.Change("tools.parameters");
    }

    /// <summary>Converse demands that the schema names its type.</summary>
    private static void WriteObjectSchema(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.Member("type") is not null)
        {
            json.Raw(schema);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        foreach (var (name, value) in JsonRead.Members(schema, "tools.parameters"))
        {
            if (name != "type")
                json.Optional(Encoding.UTF8.GetBytes(name), value);
        }

        json.WriteEndObject();
    }

    private void WriteChoice(Utf8JsonWriter json)
    {
        if (_request.ParallelToolCalls is false && !model.IsClaude)
            call.Notes.Drop("parallel_tool_calls");
        if (model.IsClaude && ChoosesInClaudesWords(call, plan))
            return;
        switch (plan.Choice)
        {
            case { Mode: ToolChoiceMode.None }:
                call.Notes.Drop("tool_choice");
                break;
            case { Mode: ToolChoiceMode.Auto }:
                WriteChoice(json, "auto"u8, null);
                break;
            case { Mode: ToolChoiceMode.Required }:
                WriteChoice(json, "any"u8, null);
                break;
            case { Mode: ToolChoiceMode.Named } named:
                WriteChoice(json, "tool"u8, NameOf(named, call, plan));
                break;
        }
    }

    private static void WriteChoice(Utf8JsonWriter json, ReadOnlySpan<byte> kind, string? name)
    {
        json.WriteStartObject("toolChoice"u8);
        json.WriteStartObject(kind);
        json.Optional("name"u8, name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
