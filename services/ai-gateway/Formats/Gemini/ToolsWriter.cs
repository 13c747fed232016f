using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Writes <c>tools</c> and <c>toolConfig</c> (https://ai.google.dev/api/caching#FunctionCallingConfig). Schemas go as they are: <c>parametersJsonSchema</c> takes JSON Schema.</summary>
internal sealed class ToolsWriter(ConvertedCall call, GeminiModel model)
{
    /// <summary>The tool that stands for the answer where a model does not take a response schema beside tools.</summary>
    public const string AnswerTool = "give_answer";

    private readonly ChatRequest _request = call.Request;

    public void Write(Utf8JsonWriter json)
    {
        var forced = ForcesShape(_request, model);
        if (_request.Tools.Count == 0 && !forced)
        {
            if (_request.ToolChoice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named })
                throw new ConversionException("A tool choice needs tools.", "tool_choice");
            return;
        }

        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var tool in _request.Tools)
            WriteTool(json, tool);
        if (forced)
            WriteAnswerTool(json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        WriteChoice(json, forced);
    }

    /// <summary>Before the third generation, function calling with a JSON response type is refused: some tool must be called then, one of which is the answer.</summary>
    public static bool ForcesShape(ChatRequest request, GeminiModel model) =>
        request.OutputFormat is { Kind: OutputFormatKind.JsonObject or OutputFormatKind.JsonSchema }
        && request.Tools.Count > 0 && request.ToolChoice is not { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named } && !model.IsThird;

    private void WriteTool(Utf8JsonWriter json, ToolDefinition tool)
    {
        if (tool.Cache is not null)
            call.Notes.Drop("cache_control");
        json.WriteStartObject();
        json.WriteString("name"u8, FunctionNames.ToUpstream(call, tool.Namespace, tool.Name));
        json.Optional("description"u8, tool.Description);
        json.Optional("parametersJsonSchema"u8, tool.Schema);
        json.WriteEndObject();
    }

    private void WriteAnswerTool(Utf8JsonWriter json)
    {
        call.UnwrappedTool = FunctionNames.ToUpstream(call, "answer", AnswerTool);
        json.WriteStartObject();
        json.WriteString("name"u8, call.UnwrappedTool);
        json.WriteString("description"u8, "Gives the final answer. Call it when no other function is needed."u8);
        json.WritePropertyName("parametersJsonSchema"u8);
        if (_request.OutputFormat?.Schema is { } schema)
            json.Raw(schema);
        else
            json.WriteRawValue("""{"type":"object"}"""u8);
        json.WriteEndObject();
    }

    private void WriteChoice(Utf8JsonWriter json, bool forced)
    {
        var isStrict = _request.Tools.Exists(static tool => tool.Strict is true);
        var choice = _request.ToolChoice ?? new ToolChoice(ToolChoiceMode.Auto);
        var mode = choice.Mode switch
        {
            _ when forced => "ANY",
            ToolChoiceMode.None => "NONE",
            ToolChoiceMode.Required or ToolChoiceMode.Named => "ANY",

            // The mode that holds calls to their schemas, which the others leave to the model.
            _ when isStrict && model.Thinks => "VALIDATED",
            _ => _request.ToolChoice is null ? null : "AUTO",
        };
        if (isStrict && mode is not ("VALIDATED" or "ANY"))
            call.Notes.Drop("tools.strict");
        if (mode is null)
            return;
        json.WriteStartObject("toolConfig"u8);
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, mode);
        if (choice.Mode is ToolChoiceMode.Named || (forced && choice.Mode is ToolChoiceMode.None))
        {
            json.WriteStartArray("allowedFunctionNames"u8);
            json.WriteStringValue(forced ? call.UnwrappedTool : NameOf(choice));
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private string NameOf(ToolChoice choice)
    {
        var tool = _request.Tools.Find(tool => tool.Name == choice.Name) ?? throw new ConversionException($"Tool choice '{choice.Name}' is not among the tools.", "tool_choice");
        return FunctionNames.ToUpstream(call, tool.Namespace, tool.Name);
    }
}
