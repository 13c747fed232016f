using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Reads a client's chat completion request. Beyond OpenAI's own fields it knows what clients of compatible APIs send: <c>thinking</c> (Anthropic's object, for a
/// budget in tokens), <c>top_k</c>, and <c>cache_control</c> on parts and tools.
/// </summary>
internal static class RequestReader
{
    private const int MostChoices = 128;

    public static void Read(ConvertedCall call)
    {
        var source = JsonRead.Object(call.Source, "body");
        var request = call.Request;
        MessageReader.Read(source, call);
        ToolReader.Read(source, call);
        ReadSampling(source, request.Sampling);
        ReadAnswerShape(source, call);
        ReadStream(source, request);
        request.Thinking = ReadThinking(source);
        request.EndUser = JsonRead.OptionalString(source, "safety_identifier", "safety_identifier") ?? JsonRead.OptionalString(source, "user", "user");
        request.Metadata = JsonRead.OptionalObject(source, "metadata", "metadata");
        request.PromptCacheKey = JsonRead.OptionalString(source, "prompt_cache_key", "prompt_cache_key");
        request.ServiceTier = JsonRead.OptionalString(source, "service_tier", "service_tier");
        NoteWhatIsLeft(source, call.Notes);
    }

    private static void ReadSampling(JsonElement source, Sampling sampling)
    {
        sampling.Temperature = InRange(source, "temperature", 0, 2);
        sampling.TopP = InRange(source, "top_p", 0, 1);
        sampling.TopK = JsonRead.OptionalInteger(source, "top_k", "top_k", 0);
        sampling.Seed = JsonRead.OptionalInteger(source, "seed", "seed");
        sampling.Choices = (int?)JsonRead.OptionalInteger(source, "n", "n", 1, MostChoices);
        sampling.MaxTokens = JsonRead.OptionalInteger(source, "max_completion_tokens", "max_completion_tokens", 1, int.MaxValue)
            ?? JsonRead.OptionalInteger(source, "max_tokens", "max_tokens", 1, int.MaxValue);
        sampling.FrequencyPenalty = InRange(source, "frequency_penalty", -2, 2);
        sampling.PresencePenalty = InRange(source, "presence_penalty", -2, 2);
        sampling.Logprobs = JsonRead.OptionalBoolean(source, "logprobs", "logprobs");
        sampling.TopLogprobs = (int?)JsonRead.OptionalInteger(source, "top_logprobs", "top_logprobs", 0, 20);
        sampling.LogitBias = JsonRead.OptionalObject(source, "logit_bias", "logit_bias");
        sampling.Verbosity = JsonRead.OptionalString(source, "verbosity", "verbosity");
        ReadStop(source, sampling.Stop);
    }

    private static double? InRange(JsonElement source, string name, double least, double most)
    {
        var number = JsonRead.OptionalNumber(source, name, name);
        return number is null || (number >= least && number <= most) ? number : throw JsonRead.Invalid(name, $"expected a number between {least} and {most}.");
    }

    private static void ReadStop(JsonElement source, List<string> stop)
    {
        if (source.Member("stop") is not { } value)
            return;
        if (value.ValueKind == JsonValueKind.String)
        {
            stop.Add(JsonRead.Text(value, "stop"));
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
            throw JsonRead.WrongType("stop", "a string or an array of strings");
        var position = 0;
        foreach (var item in value.EnumerateArray())
            stop.Add(JsonRead.Text(item, $"stop[{position++}]"));
    }

    private static void ReadAnswerShape(JsonElement source, ConvertedCall call)
    {
        foreach (var modality in JsonRead.OptionalArray(source, "modalities", "modalities") is { } modalities ? modalities.EnumerateArray() : default)
        {
            if (JsonRead.Text(modality, "modalities") is not "text" and var other)
                throw new ConversionException($"This model cannot answer in the modality '{other}'.", "modalities");
        }

        if (JsonRead.OptionalObject(source, "response_format", "response_format") is not { } format)
            return;
        call.Request.OutputFormat = JsonRead.RequiredString(format, "type", "response_format.type") switch
        {
            "text" => new OutputFormat(OutputFormatKind.Text),
            "json_object" => new OutputFormat(OutputFormatKind.JsonObject),
            "json_schema" => ReadSchema(format),
            var other => throw JsonRead.Invalid("response_format.type", $"'{other}' is none of 'text', 'json_object', 'json_schema'."),
        };
    }

    private static OutputFormat ReadSchema(JsonElement format)
    {
        const string path = "response_format.json_schema";
        var schema = JsonRead.OptionalObject(format, "json_schema", path) ?? throw JsonRead.Missing(path);
        return new OutputFormat(
            OutputFormatKind.JsonSchema,
            JsonRead.RequiredString(schema, "name", path + ".name"),
            JsonRead.OptionalObject(schema, "schema", path + ".schema"),
            JsonRead.OptionalBoolean(schema, "strict", path + ".strict"),
            JsonRead.OptionalString(schema, "description", path + ".description"));
    }

    private static void ReadStream(JsonElement source, ChatRequest request)
    {
        request.Stream = JsonRead.OptionalBoolean(source, "stream", "stream") ?? false;
        if (JsonRead.OptionalObject(source, "stream_options", "stream_options") is { } options)
            request.IncludeUsage = JsonRead.OptionalBoolean(options, "include_usage", "stream_options.include_usage") ?? false;
    }

    private static ThinkingSettings? ReadThinking(JsonElement source)
    {
        var effort = JsonRead.OptionalString(source, "reasoning_effort", "reasoning_effort");
        if (JsonRead.OptionalObject(source, "thinking", "thinking") is { } thinking)
        {
            var budget = JsonRead.OptionalInteger(thinking, "budget_tokens", "thinking.budget_tokens", 0, int.MaxValue);
            return JsonRead.RequiredString(thinking, "type", "thinking.type") switch
            {
                "disabled" => new ThinkingSettings(ThinkingMode.Off, null, null, ShowThoughts: false),
                "adaptive" => new ThinkingSettings(ThinkingMode.Adaptive, null, effort, ShowThoughts: true),
                "enabled" => new ThinkingSettings(ThinkingMode.On, budget, effort, ShowThoughts: true),
                var other => throw JsonRead.Invalid("thinking.type", $"'{other}' is none of 'enabled', 'disabled', 'adaptive'."),
            };
        }

        return effort switch
        {
            null => null,
            "none" => new ThinkingSettings(ThinkingMode.Off, null, effort, ShowThoughts: false),
            "minimal" or "low" or "medium" or "high" or "xhigh" or "max" => new ThinkingSettings(ThinkingMode.On, null, effort, ShowThoughts: true),
            _ => throw JsonRead.Invalid("reasoning_effort", $"'{effort}' is none of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'."),
        };
    }

    /// <summary>Fields that mean something to OpenAI only, and fields that nobody here knows.</summary>
    private static void NoteWhatIsLeft(JsonElement source, ConversionNotes notes)
    {
        foreach (var (name, value) in JsonRead.Members(source, "body"))
        {
            switch (name)
            {
                case "model" or "messages" or "tools" or "tool_choice" or "functions" or "function_call" or "parallel_tool_calls" or "temperature" or "top_p"
                    or "top_k" or "seed" or "n" or "max_completion_tokens" or "max_tokens" or "frequency_penalty" or "presence_penalty" or "logprobs"
                    or "top_logprobs" or "logit_bias" or "verbosity" or "stop" or "modalities" or "response_format" or "stream" or "stream_options"
                    or "reasoning_effort" or "thinking" or "safety_identifier" or "user" or "metadata" or "prompt_cache_key" or "service_tier":
                case "store" when value.ValueKind == JsonValueKind.False:
                    break;
                default:
                    if (value.ValueKind != JsonValueKind.Null)
                        notes.Drop(name);
                    break;
            }
        }
    }
}
