using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes a Messages request (https://docs.anthropic.com/en/api/messages).</summary>
internal static class RequestWriter
{
    private const int LongestUserId = 256;

    public static void Write(ConvertedCall call, IBufferWriter<byte> output)
    {
        var request = call.Request;
        var system = new List<TextPart>();
        var turns = Turn.Of(call, system);
        var plan = RequestPlan.Of(call, turns);
        var blocks = new BlockWriter(call);
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, call.UpstreamModel);
        json.WriteNumber("max_tokens"u8, plan.MaxTokens);
        WriteTools(json, plan, blocks, call);
        WriteSystem(json, system, blocks);
        json.WriteStartArray("messages"u8);
        for (var i = 0; i < turns.Count; i++)
            blocks.WriteTurn(json, turns[i], isLast: i == turns.Count - 1);
        json.WriteEndArray();
        WriteSampling(json, plan, request, call.Notes);
        WriteThinking(json, plan);
        WriteOutput(json, plan, call);
        WriteRest(json, request, call.Notes);
        json.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter json, List<TextPart> system, BlockWriter blocks)
    {
        system.RemoveAll(static part => part.Text.Length == 0);
        if (system is [{ Cache: null } only])
        {
            json.WriteString("system"u8, only.Text);
        }
        else if (system.Count > 0)
        {
            json.WriteStartArray("system"u8);
            foreach (var part in system)
                blocks.WriteText(json, part, isAssistant: false);
            json.WriteEndArray();
        }
    }

    private static void WriteTools(Utf8JsonWriter json, RequestPlan plan, BlockWriter blocks, ConvertedCall call)
    {
        var tools = call.Request.Tools;
        if (tools.Count == 0 && plan.AnswerTool is null)
            return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
            ToolWriter.WriteTool(json, call.ToolNames.ToUpstream(tool.Namespace, tool.Name, ToolWriter.LongestName), tool, plan.Model, blocks, call.Notes);
        if (plan.AnswerTool is { } answer)
            ToolWriter.WriteTool(json, answer.Name, answer, plan.Model, blocks, call.Notes);
        json.WriteEndArray();
        ToolWriter.WriteChoice(json, plan, call);
    }

    private static void WriteSampling(Utf8JsonWriter json, RequestPlan plan, ChatRequest request, ConversionNotes notes)
    {
        var sampling = request.Sampling;
        json.Optional("temperature"u8, plan.Temperature);
        json.Optional("top_p"u8, plan.TopP);
        json.Optional("top_k"u8, plan.TopK);
        var stops = sampling.Stop.Where(static stop => !string.IsNullOrWhiteSpace(stop)).ToArray();
        if (stops.Length < sampling.Stop.Count)
            notes.Drop("stop"); // Anthropic refuses such as are only white space.
        if (stops.Length > 0)
        {
            json.WriteStartArray("stop_sequences"u8);
            foreach (var stop in stops)
                json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        Note("seed", sampling.Seed is not null);
        Note("frequency_penalty", sampling.FrequencyPenalty is not (null or 0));
        Note("presence_penalty", sampling.PresencePenalty is not (null or 0));
        Note("logprobs", sampling.Logprobs == true || sampling.TopLogprobs > 0);
        Note("logit_bias", sampling.LogitBias is not null);
        Note("verbosity", sampling.Verbosity is not (null or "medium"));
        Note("metadata", request.Metadata is not null);
        Note("prompt_cache_key", request.PromptCacheKey is not null);

        void Note(string name, bool isSaid)
        {
            if (isSaid)
                notes.Drop(name);
        }
    }

    private static void WriteThinking(Utf8JsonWriter json, RequestPlan plan)
    {
        if (plan.Thinking is null)
            return;
        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, plan.Thinking);
        json.Optional("budget_tokens"u8, plan.Budget);
        json.Optional("display"u8, plan.Display);
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, RequestPlan plan, ConvertedCall call)
    {
        if (plan.Effort is null && !plan.SendsFormat)
            return;
        json.WriteStartObject("output_config"u8);
        json.Optional("effort"u8, plan.Effort);
        if (plan.SendsFormat)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WritePropertyName("schema"u8);
            if (StrictSchema.Write(json, call.Request.OutputFormat!.Schema))
                call.Notes.Change("response_format.schema");
            if (call.Request.OutputFormat.Description is not null)
                call.Notes.Drop("response_format.description");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter json, ChatRequest request, ConversionNotes notes)
    {
        if (request.EndUser is { Length: > 0 and <= LongestUserId } user)
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }
        else if (request.EndUser is { Length: > LongestUserId })
        {
            notes.Drop("user");
        }

        switch (request.ServiceTier)
        {
            case null:
                break;
            case "auto":
                json.WriteString("service_tier"u8, "auto"u8);
                break;
            case "priority":
                json.WriteString("service_tier"u8, "auto"u8);
                notes.Change("service_tier");
                break;
            case "default":
                json.WriteString("service_tier"u8, "standard_only"u8);
                break;
            default:
                notes.Drop("service_tier");
                break;
        }

        if (request.Stream)
            json.WriteBoolean("stream"u8, true);
    }
}
