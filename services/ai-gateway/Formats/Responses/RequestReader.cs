using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Reads a Responses request (https://platform.openai.com/docs/api-reference/responses/create). A previous response's items stand in its input already.</summary>
internal static class RequestReader
{
    private const string Logprobs = "message.output_text.logprobs";

    public static void Read(ConvertedCall call)
    {
        var root = JsonRead.Object(call.Source, "body");
        RefuseWhatOnlyOpenAiHolds(root);
        var request = call.Request;
        if (JsonRead.OptionalString(root, "instructions", "instructions") is { Length: > 0 } instructions)
            request.Messages.Add(new Message(Role.System, [new TextPart(instructions)]));
        InputReader.Read(root.Member("input") ?? throw JsonRead.Missing("input"), call);
        if (JsonRead.OptionalArray(root, "tools", "tools") is { } tools)
            DeclaredTools.Read(tools, "tools", call);
        if (root.Member("tool_choice") is { } choice)
            DeclaredTools.ReadChoice(choice, call);
        if (request.Tools.Count == 0 && request.ToolChoice is { } chosen)
        {
            if (chosen.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named)
                throw new ConversionException("There is no tool that this model's provider could be made to call.", "tool_choice");
            request.ToolChoice = null;
        }

        request.ParallelToolCalls = JsonRead.OptionalBoolean(root, "parallel_tool_calls", "parallel_tool_calls");
        request.Stream = JsonRead.OptionalBoolean(root, "stream", "stream") ?? false;
        request.EndUser = JsonRead.OptionalString(root, "safety_identifier", "safety_identifier") ?? JsonRead.OptionalString(root, "user", "user");
        request.Metadata = JsonRead.OptionalObject(root, "metadata", "metadata");
        request.PromptCacheKey = JsonRead.OptionalString(root, "prompt_cache_key", "prompt_cache_key");
        request.ServiceTier = JsonRead.OptionalString(root, "service_tier", "service_tier");
        ReadSampling(root, call);
        ReadReasoning(root, call);
        ReadText(root, call);
        ReadIncluded(root, call);
        NoteTheRest(root, call);
    }

    private static void RefuseWhatOnlyOpenAiHolds(JsonElement root)
    {
        if (root.Member("conversation") is not null)
            throw new ConversionException("Conversations are kept by OpenAI: this model's provider cannot continue one. Use 'previous_response_id' or send the items.", "conversation");
        if (root.Member("prompt") is not null)
            throw new ConversionException("Prompt templates are kept by OpenAI: this model's provider cannot use one. Send 'instructions' and 'input'.", "prompt");
    }

    private static void ReadSampling(JsonElement root, ConvertedCall call)
    {
        var sampling = call.Request.Sampling;
        sampling.Temperature = JsonRead.OptionalNumber(root, "temperature", "temperature");
        sampling.TopP = JsonRead.OptionalNumber(root, "top_p", "top_p");
        sampling.MaxTokens = JsonRead.OptionalInteger(root, "max_output_tokens", "max_output_tokens", 1);
        if (JsonRead.OptionalInteger(root, "top_logprobs", "top_logprobs", 0, 20) is { } top && top > 0)
        {
            sampling.Logprobs = true;
            sampling.TopLogprobs = (int)top;
        }
    }

    private static void ReadReasoning(JsonElement root, ConvertedCall call)
    {
        if (JsonRead.OptionalObject(root, "reasoning", "reasoning") is not { } reasoning)
            return;
        var effort = JsonRead.OptionalString(reasoning, "effort", "reasoning.effort");
        var summary = JsonRead.OptionalString(reasoning, "summary", "reasoning.summary") ?? JsonRead.OptionalString(reasoning, "generate_summary", "reasoning.generate_summary");
        var shows = summary is not (null or "none");
        if (effort is null && !shows)
            return;
        var mode = effort switch
        {
            "none" => ThinkingMode.Off,
            null => ThinkingMode.Adaptive,
            _ => ThinkingMode.On,
        };
        call.Request.Thinking = new ThinkingSettings(mode, null, effort, shows);
    }

    private static void ReadText(JsonElement root, ConvertedCall call)
    {
        if (JsonRead.OptionalObject(root, "text", "text") is not { } text)
            return;
        call.Request.Sampling.Verbosity = JsonRead.OptionalString(text, "verbosity", "text.verbosity");
        if (JsonRead.OptionalObject(text, "format", "text.format") is not { } format)
            return;
        call.Request.OutputFormat = JsonRead.RequiredString(format, "type", "text.format.type") switch
        {
            "text" => null,
            "json_object" => new OutputFormat(OutputFormatKind.JsonObject),
            "json_schema" => new OutputFormat(
                OutputFormatKind.JsonSchema,
                JsonRead.RequiredString(format, "name", "text.format.name"),
                JsonRead.OptionalObject(format, "schema", "text.format.schema") ?? throw JsonRead.Missing("text.format.schema"),
                JsonRead.OptionalBoolean(format, "strict", "text.format.strict"),
                JsonRead.OptionalString(format, "description", "text.format.description")),
            _ => throw JsonRead.Invalid("text.format.type", "expected 'text', 'json_object' or 'json_schema'."),
        };
    }

    private static void ReadIncluded(JsonElement root, ConvertedCall call)
    {
        if (JsonRead.OptionalArray(root, "include", "include") is not { } included)
            return;
        foreach (var one in included.EnumerateArray())
        {
            var name = JsonRead.Text(one, "include");
            if (name == Logprobs)
                call.Request.Sampling.Logprobs = true;
            else if (name is not ("reasoning.encrypted_content" or "message.input_image.image_url"))
                call.Notes.Drop("include." + name);
        }
    }

    private static void NoteTheRest(JsonElement root, ConvertedCall call)
    {
        foreach (var (name, value) in JsonRead.Members(root, "body"))
        {
            if (value.ValueKind == JsonValueKind.Null || IsRead(name))
                continue;
            if (name == "truncation" && value.StringOrNull() == "disabled")
                continue;
            call.Notes.Drop(name);
        }
    }

    private static bool IsRead(string name) => name is "model" or "input" or "instructions" or "tools" or "tool_choice" or "parallel_tool_calls" or "stream" or "stream_options"
        or "user" or "safety_identifier" or "metadata" or "prompt_cache_key" or "service_tier" or "temperature" or "top_p" or "max_output_tokens" or "top_logprobs"
        or "reasoning" or "text" or "include" or "store" or "background" or "previous_response_id";
}
