using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Writes a call as a chat completion request.</summary>
internal static class RequestWriter
{
    /// <summary>OpenAI's bound on <c>user</c>, <c>safety_identifier</c> and <c>prompt_cache_key</c>.</summary>
    private const int LongestIdentifier = 64;

    public static void Write(ConvertedCall call, IBufferWriter<byte> output)
    {
        var dialect = new Dialect(call);
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, call.UpstreamModel);
        MessageWriter.Write(json, call, dialect);
        WriteTools(json, call);
        WriteSampling(json, call, dialect);
        WriteThinking(json, call, dialect);
        WriteOutputFormat(json, call.Request.OutputFormat);
        WriteIdentifiers(json, call, dialect);
        if (call.Request.Stream)
        {
            json.WriteBoolean("stream"u8, value: true);
            if (dialect.StreamUsage)
            {
                json.WriteStartObject("stream_options"u8);
                json.WriteBoolean("include_usage"u8, value: true);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ConvertedCall call)
    {
        var request = call.Request;
        if (request.Tools.Count == 0)
            return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
            WriteTool(json, tool, call);
        json.WriteEndArray();
        if (request.ToolChoice is { } choice)
            WriteChoice(json, choice, call);
        json.Optional("parallel_tool_calls"u8, request.ParallelToolCalls);
    }

    private static void WriteTool(Utf8JsonWriter json, ToolDefinition tool, ConvertedCall call)
    {
        if (tool.Cache is not null)
            call.Notes.Drop("cache_control");
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.ToolNames.ToUpstream(tool.Namespace, tool.Name));
        json.Optional("description"u8, tool.Description);
        json.WritePropertyName("parameters"u8);
        if (tool.Schema is { } schema)
            json.Raw(schema);
        else
            json.WriteRawValue("""{"type":"object","properties":{}}"""u8, skipInputValidation: true);
        json.Optional("strict"u8, tool.Strict);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, ToolChoice choice, ConvertedCall call)
    {
        if (choice is not { Mode: ToolChoiceMode.Named, Name: { } name })
        {
            json.WriteString("tool_choice"u8, choice.Mode switch { ToolChoiceMode.None => "none"u8, ToolChoiceMode.Required => "required"u8, _ => "auto"u8 });
            return;
        }

        var space = call.Request.Tools.Find(tool => tool.Name == name)?.Namespace;
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.ToolNames.ToUpstream(space, name));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter json, ConvertedCall call, Dialect dialect)
    {
        var sampling = call.Request.Sampling;
        json.Optional(dialect.MaxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8, sampling.MaxTokens);
        json.Optional("temperature"u8, sampling.Temperature);
        json.Optional("top_p"u8, sampling.TopP);
        if (dialect.TopK)
            json.Optional("top_k"u8, sampling.TopK);
        else if (sampling.TopK is not null)
            call.Notes.Drop("top_k");
        json.Optional("frequency_penalty"u8, sampling.FrequencyPenalty);
        json.Optional("presence_penalty"u8, sampling.PresencePenalty);
        json.Optional("seed"u8, sampling.Seed);
        json.Optional("n"u8, sampling.Choices);
        json.Optional("logprobs"u8, sampling.Logprobs);
        json.Optional("top_logprobs"u8, sampling.TopLogprobs);
        json.Optional("logit_bias"u8, sampling.LogitBias);
        if (dialect.Verbosity)
            json.Optional("verbosity"u8, sampling.Verbosity);
        else if (sampling.Verbosity is not null)
            call.Notes.Drop("verbosity");
        WriteStop(json, sampling.Stop, dialect);
    }

    private static void WriteStop(Utf8JsonWriter json, List<string> stop, Dialect dialect)
    {
        if (stop.Count == 0)
            return;
        if (stop.Count > dialect.MostStops)
            throw new ConversionException($"The provider of this model takes at most {dialect.MostStops} stop sequences.", "stop");
        json.WriteStartArray("stop"u8);
        foreach (var sequence in stop)
            json.WriteStringValue(sequence);
        json.WriteEndArray();
    }

    private static void WriteThinking(Utf8JsonWriter json, ConvertedCall call, Dialect dialect)
    {
        if (call.Request.Thinking is not { } thinking)
            return;
        if (!dialect.ReasoningEffort)
        {
            if (thinking.Mode != ThinkingMode.Off)
                call.Notes.Drop("thinking");
            return;
        }

        if (thinking is { Mode: ThinkingMode.Off, Effort: null })
        {
            // Not every model knows an effort of none, and none says which: it thinks as it usually does.
            call.Notes.Change("thinking");
            return;
        }

        // Left to itself, a model that decides decides.
        if (thinking is { Mode: ThinkingMode.Adaptive, Effort: null, BudgetTokens: null })
            return;
        if (thinking.BudgetTokens is not null)
            call.Notes.Change("thinking.budget_tokens");
        json.WriteString("reasoning_effort"u8, thinking.EffortOrBudget());
    }

    private static void WriteOutputFormat(Utf8JsonWriter json, OutputFormat? format)
    {
        if (format is null)
            return;
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format.Kind switch { OutputFormatKind.JsonSchema => "json_schema"u8, OutputFormatKind.JsonObject => "json_object"u8, _ => "text"u8 });
        if (format.Kind == OutputFormatKind.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.Name ?? "answer");
            json.Optional("description"u8, format.Description);
            json.Optional("schema"u8, format.Schema);
            json.Optional("strict"u8, format.Strict);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteIdentifiers(Utf8JsonWriter json, ConvertedCall call, Dialect dialect)
    {
        var request = call.Request;
        if (request.EndUser is { } user)
            json.WriteString(dialect.SafetyIdentifier ? "safety_identifier"u8 : "user"u8, Short(user, "user", call.Notes));
        if (request.PromptCacheKey is { } key)
        {
            if (dialect.PromptCacheKey)
                json.WriteString("prompt_cache_key"u8, Short(key, "prompt_cache_key", call.Notes));
            else
                call.Notes.Drop("prompt_cache_key");
        }

        // OpenAI takes metadata only for what it stores, and nothing is stored there on the gateway's behalf.
        if (request.Metadata is not null)
            call.Notes.Drop("metadata");
        switch (request.ServiceTier)
        {
            case null:
                break;
            case "standard_only" when dialect.ServiceTier:
                json.WriteString("service_tier"u8, "default"u8);
                call.Notes.Change("service_tier");
                break;
            case "auto" or "default" or "flex" or "priority" or "scale" when dialect.ServiceTier:
                json.WriteString("service_tier"u8, request.ServiceTier);
                break;
            default:
                call.Notes.Drop("service_tier");
                break;
        }
    }

    /// <summary>A name that is too long becomes another that is as good to tell people apart.</summary>
    private static string Short(string text, string name, ConversionNotes notes)
    {
        if (text.Length <= LongestIdentifier)
            return text;
        notes.Change(name);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
