using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>The answer as one <c>response</c> object, and what the events of a stream share with it.</summary>
internal static class ResponseJson
{
    public const string Purpose = "responses/reasoning";

    private const string AfterReasoning = "fc_simt_";

    private static readonly string[] s_echoed =
        ["instructions", "max_output_tokens", "max_tool_calls", "previous_response_id", "prompt_cache_key", "safety_identifier", "user"];

    /// <summary>The reasoning that a call of this id came after; null for none.</summary>
    public static string? ReasoningOf(string itemId) => itemId.StartsWith(AfterReasoning, StringComparison.Ordinal) ? "rs_sim-" + itemId[AfterReasoning.Length..].Split('_')[0] : null;

    public static string ReasoningId(Answer answer) => "rs_" + answer.Id;

    public static string ItemId(Answer answer, Block block) => block switch
    {
        ThinkingBlock => ReasoningId(answer),
        ToolBlock call => (call.AfterThinking ? AfterReasoning : "fc_sim_") + answer.Id["sim-".Length..] + "_" + call.Number,
        _ => "msg_" + answer.Id,
    };

    public static string Status(Answer answer) => answer.Stop is Stop.Length or Stop.Filter or Stop.Blocked ? "incomplete" : "completed";

    public static void Write(Utf8JsonWriter json, Answer answer, string status, bool output, bool usage = true)
    {
        json.WriteStartObject();
        json.WriteString("id", answer.Prompt.Options!.Id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", Answer.Created);
        json.WriteString("status", status);
        json.WriteBoolean("background", false);
        json.WriteNull("error");
        WriteIncomplete(json, answer, status);
        json.WriteString("model", answer.Prompt.Model);
        json.WriteStartArray("output");
        if (output)
        {
            foreach (var block in answer.Blocks)
                WriteItem(json, answer, block, done: true);
        }

        json.WriteEndArray();
        WriteEcho(json, answer);
        if (output && usage && answer.ReportsUsage)
            WriteUsage(json, answer.Usage);
        else
            json.WriteNull("usage");
        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, Usage usage, bool input = true, bool output = true)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", input ? usage.Input : 0);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", input ? usage.CacheRead : 0);
        json.WriteNumber("cache_write_tokens", input ? usage.CacheWrite : 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", output ? usage.Output : 0);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", output ? usage.Reasoning : 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", (input ? usage.Input : 0) + (output ? usage.Output : 0));
        json.WriteEndObject();
    }

    /// <summary>An output item, empty at its start or whole when done.</summary>
    public static void WriteItem(Utf8JsonWriter json, Answer answer, Block block, bool done)
    {
        json.WriteStartObject();
        json.WriteString("id", ItemId(answer, block));
        switch (block)
        {
            case ThinkingBlock thinking:
                json.WriteString("type", "reasoning");
                WriteSummary(json, thinking, done);
                if (answer.Prompt.Options!.Encrypted)
                    json.WriteString("encrypted_content", Seal.Close(Purpose, block.Whole));
                break;
            case ToolBlock call:
                json.WriteString("type", "function_call");
                json.WriteString("status", done ? "completed" : "in_progress");
                json.WriteString("call_id", ChatJson.CallId(answer, call));
                json.WriteString("name", call.Tool.Name);
                if (call.Tool.Namespace is { } space)
                    json.WriteString("namespace", space);
                json.WriteString("arguments", done ? call.Whole : "");
                break;
            default:
                json.WriteString("type", "message");
                json.WriteString("status", !done ? "in_progress" : Status(answer));
                json.WriteString("role", "assistant");
                json.WriteStartArray("content");
                if (done)
                    WritePart(json, block, block.Whole);
                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
    }

    public static void WritePart(Utf8JsonWriter json, Block block, string text)
    {
        json.WriteStartObject();
        if (block is RefusalBlock)
        {
            json.WriteString("type", "refusal");
            json.WriteString("refusal", text);
        }
        else
        {
            json.WriteString("type", "output_text");
            json.WriteString("text", text);
            json.WriteStartArray("annotations");
            json.WriteEndArray();
            json.WriteStartArray("logprobs");
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteSummaryText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "summary_text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void WriteSummary(Utf8JsonWriter json, ThinkingBlock thinking, bool done)
    {
        json.WriteStartArray("summary");
        if (done && thinking is { Visible: true, Redacted: false })
            WriteSummaryText(json, thinking.Whole);
        json.WriteEndArray();
    }

    private static void WriteIncomplete(Utf8JsonWriter json, Answer answer, string status)
    {
        if (status != "incomplete")
        {
            json.WriteNull("incomplete_details");
            return;
        }

        json.WriteStartObject("incomplete_details");
        json.WriteString("reason", answer.Stop == Stop.Length ? "max_output_tokens" : "content_filter");
        json.WriteEndObject();
    }

    private static void WriteEcho(Utf8JsonWriter json, Answer answer)
    {
        var request = answer.Prompt.Options!.Request;
        foreach (var name in s_echoed)
            WriteOr(json, name, request.Member(name), "null");
        WriteOr(json, "parallel_tool_calls", request.Member("parallel_tool_calls"), "true");
        json.WriteStartObject("reasoning");
        json.WriteString("effort", answer.Prompt.Thinking.Effort);
        json.WriteString("summary", request.Member("reasoning").Text("summary"));
        json.WriteEndObject();
        json.WriteString("service_tier", "default");
        json.WriteBoolean("store", answer.Prompt.Options.Store);
        WriteOr(json, "temperature", request.Member("temperature"), "1.0");
        WriteOr(json, "text", request.Member("text"), """{"format":{"type":"text"},"verbosity":"medium"}""");
        WriteOr(json, "tool_choice", request.Member("tool_choice"), "\"auto\"");
        WriteOr(json, "tools", request.Member("tools"), "[]");
        json.WriteNumber("top_logprobs", 0);
        WriteOr(json, "top_p", request.Member("top_p"), "1.0");
        WriteOr(json, "truncation", request.Member("truncation"), "\"disabled\"");
        WriteOr(json, "metadata", request.Member("metadata"), "{}");
    }

    private static void WriteOr(Utf8JsonWriter json, string name, JsonElement value, string otherwise)
    {
        json.WritePropertyName(name);
        if (value.ValueKind == JsonValueKind.Undefined)
            json.WriteRawValue(otherwise);
        else
            value.WriteTo(json);
    }
}
