using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>Reads a generateContent request.</summary>
internal static class GeminiRequest
{
    private static readonly (string Field, string Name)[] s_sampling =
    [
        ("temperature", "temperature"), ("topP", "top_p"), ("topK", "top_k"), ("seed", "seed"), ("presencePenalty", "presence_penalty"), ("frequencyPenalty", "frequency_penalty"),
        ("stopSequences", "stop"), ("maxOutputTokens", "max_tokens"), ("responseLogprobs", "logprobs"), ("logprobs", "top_logprobs"), ("candidateCount", "n"),
    ];

    public static Prompt Read(JsonElement root, string model, bool stream)
    {
        GeminiFields.Require(root, "request", "");
        var config = root.Get("generationConfig");
        var prompt = new Prompt
        {
            Format = "gemini",
            Model = model,
            Stream = stream,
            Command = root.Member("labels").Text("simulator"),
            MaxTokens = config.Get("maxOutputTokens").AsWhole(),
            Choices = Math.Clamp(config.Get("candidateCount").AsWhole() ?? 1, 1, 8),
        };
        if (config.ValueKind != JsonValueKind.Undefined)
            ReadConfig(config, prompt);
        GeminiTools.Read(root, prompt);
        ReadSystem(root.Get("systemInstruction"), prompt);
        GeminiContents.Read(root.Member("contents"), prompt);
        foreach (var other in (string[])["safetySettings", "cachedContent", "store", "serviceTier"])
        {
            if (root.Get(other).ValueKind != JsonValueKind.Undefined)
                prompt.Others.Add(other);
        }

        return prompt;
    }

    private static void ReadConfig(JsonElement config, Prompt prompt)
    {
        GeminiFields.Require(config, "generationConfig", "generation_config");
        foreach (var field in (string[])["maxOutputTokens", "candidateCount", "seed"])
        {
            if (config.Get(field) is { ValueKind: not JsonValueKind.Undefined } given && given.AsWhole() is null)
                throw Refused.Invalid($"Invalid value at 'generation_config.{field}' (TYPE_INT32), {given.GetRawText()}");
        }

        foreach (var (field, name) in s_sampling)
        {
            if (config.Get(field) is { ValueKind: not JsonValueKind.Undefined } value)
                prompt.Sampling.Add(new(name, value));
        }

        if (config.Get("temperature") is { ValueKind: JsonValueKind.Number } temperature && temperature.GetDouble() is < 0 or > 2)
            throw Refused.Invalid($"* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0]; got {temperature}");
        if (config.Get("stopSequences").Count() > 5)
            throw Refused.Invalid("* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed");
        prompt.StopSequences.AddRange(config.Get("stopSequences").Items().Select(static stop => stop.ToString()));
        ReadThinking(config.Get("thinkingConfig"), prompt);
        ReadOutput(config, prompt);
    }

    private static void ReadThinking(JsonElement thinking, Prompt prompt)
    {
        if (thinking.ValueKind == JsonValueKind.Undefined)
            return;
        GeminiFields.Require(thinking, "thinkingConfig", "generation_config.thinking_config");
        var budget = thinking.Get("thinkingBudget").AsWhole();
        var level = thinking.Get("thinkingLevel") is { ValueKind: JsonValueKind.String } text ? text.GetString()!.ToLowerInvariant() : null;
        if (budget is not null && level is not null)
            throw Refused.Invalid("You can only set only one of thinking budget and thinking level.");
        if (level is not (null or "minimal" or "low" or "medium" or "high"))
            throw Refused.Invalid($"Invalid value at 'generation_config.thinking_config.thinking_level', \"{level}\"");
        prompt.Thinking = new Thinking(budget != 0, budget, level, thinking.Get("includeThoughts").ValueKind == JsonValueKind.True);
    }

    private static void ReadOutput(JsonElement config, Prompt prompt)
    {
        var type = config.Get("responseMimeType");
        var schema = config.Get("responseSchema");
        var jsonSchema = config.Get("responseJsonSchema");
        if (schema.ValueKind != JsonValueKind.Undefined)
            GeminiFields.RequireSchema(schema, "generation_config.response_schema");
        var hasSchema = schema.ValueKind != JsonValueKind.Undefined || jsonSchema.ValueKind != JsonValueKind.Undefined;
        if (hasSchema && !type.Is("application/json") && !type.Is("text/x.enum"))
            throw Refused.Invalid("* GenerateContentRequest.generation_config.response_mime_type: response_schema requires the mime type application/json or text/x.enum");
        if (type.ValueKind == JsonValueKind.Undefined || type.Is("text/plain"))
            return;
        if (!type.Is("application/json") && !type.Is("text/x.enum"))
            throw Refused.Invalid("* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.");
        prompt.OutputType = hasSchema ? "json_schema" : "json_object";
        prompt.OutputSchema = schema.ValueKind == JsonValueKind.Undefined ? jsonSchema : schema;
    }

    private static void ReadSystem(JsonElement system, Prompt prompt)
    {
        if (system.ValueKind == JsonValueKind.Undefined)
            return;
        GeminiFields.Require(system, "content", "system_instruction");
        foreach (var part in system.Member("parts").Items())
        {
            var read = GeminiContents.ReadPart(part, "system_instruction.parts");
            if (read.Kind != PartKind.Text)
                throw Refused.Invalid("System instructions must be text.");
            prompt.System.Add(read);
        }
    }
}
