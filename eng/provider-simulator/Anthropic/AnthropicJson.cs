using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>The answer as one <c>message</c> object, and what its stream shares with it.</summary>
internal static class AnthropicJson
{
    /// <summary>Marks the id of a tool use that thinking came before.</summary>
    private const string AfterThinking = "toolu_simt_";

    public static bool IsAfterThinking(string toolUseId) => toolUseId.StartsWith(AfterThinking, StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartObject();
        WriteHead(json, answer);
        json.WriteStartArray("content");
        foreach (var block in answer.Blocks)
            WriteBlock(json, answer, block);
        json.WriteEndArray();
        WriteStop(json, answer);
        if (answer.ReportsUsage)
            WriteUsage(json, answer.Usage, input: true, answer.Usage.Output);
        json.WriteEndObject();
    }

    public static void WriteHead(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("id", "msg_" + answer.Id.Replace('-', '_'));
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", answer.Prompt.Model);
        json.WriteNull("container");
        json.WriteNull("diagnostics");
    }

    public static void WriteStop(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("stop_reason", answer.Stop switch
        {
            Stop.Tool => "tool_use",
            Stop.Length => "max_tokens",
            Stop.StopSequence => "stop_sequence",
            Stop.Refusal or Stop.Filter or Stop.Blocked => "refusal",
            _ => "end_turn",
        });
        json.WriteString("stop_sequence", answer.StopSequence);
        if (answer.Stop is Stop.Refusal or Stop.Filter or Stop.Blocked)
        {
            json.WriteStartObject("stop_details");
            json.WriteString("type", "refusal");
            json.WriteString("category", "general_harms");
            json.WriteString("explanation", "The simulator was told to refuse.");
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("stop_details");
        }
    }

    public static void WriteUsage(Utf8JsonWriter json, Usage usage, bool input, int output)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", input ? usage.Fresh : 0);
        json.WriteNumber("cache_creation_input_tokens", input ? usage.CacheWrite : 0);
        json.WriteNumber("cache_read_input_tokens", input ? usage.CacheRead : 0);
        json.WriteStartObject("cache_creation");
        json.WriteNumber("ephemeral_5m_input_tokens", input ? usage.CacheWrite5m : 0);
        json.WriteNumber("ephemeral_1h_input_tokens", input ? usage.CacheWrite1h : 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", output);
        json.WriteNull("server_tool_use");
        json.WriteString("service_tier", "standard");
        json.WriteEndObject();
    }

    public static string ToolUseId(Answer answer, ToolBlock call) => (call.AfterThinking ? AfterThinking : "toolu_sim_") + answer.Id["sim-".Length..] + "_" + call.Number;

    public static string Shown(ThinkingBlock thinking) => thinking.Visible ? thinking.Whole : "";

    private static void WriteBlock(Utf8JsonWriter json, Answer answer, Block block)
    {
        json.WriteStartObject();
        switch (block)
        {
            case ThinkingBlock { Redacted: true }:
                json.WriteString("type", "redacted_thinking");
                json.WriteString("data", Seal.Close(AnthropicBlocks.Redacted, block.Whole));
                break;
            case ThinkingBlock thinking:
                json.WriteString("type", "thinking");
                json.WriteString("thinking", Shown(thinking));
                json.WriteString("signature", Seal.Sign(AnthropicBlocks.Thinking, Shown(thinking)));
                break;
            case ToolBlock call:
                json.WriteString("type", "tool_use");
                json.WriteString("id", ToolUseId(answer, call));
                json.WriteString("name", call.Tool.Name);
                json.WritePropertyName("input");
                json.WriteRawValue(call.Whole);
                json.WriteStartObject("caller");
                json.WriteString("type", "direct");
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type", "text");
                json.WriteString("text", block.Whole);
                break;
        }

        json.WriteEndObject();
    }
}
