using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>The answer as one Converse response, and what its stream shares with it.</summary>
internal static class BedrockJson
{
    private const string AfterThinking = "tooluse_simt_";

    public static bool IsAfterThinking(string toolUseId) => toolUseId.StartsWith(AfterThinking, StringComparison.Ordinal);

    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartObject();
        json.WriteStartObject("output");
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        foreach (var block in answer.Blocks)
            WriteBlock(json, answer, block);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("stopReason", StopReason(answer));
        if (answer.ReportsUsage)
            WriteUsage(json, answer.Usage);
        WriteMetrics(json);
        json.WriteEndObject();
    }

    public static string StopReason(Answer answer) => answer.Stop switch
    {
        Stop.Tool => "tool_use",
        Stop.Length => "max_tokens",
        Stop.StopSequence => "stop_sequence",
        Stop.Refusal or Stop.Filter => "content_filtered",
        Stop.Blocked => "guardrail_intervened",
        _ => "end_turn",
    };

    public static void WriteUsage(Utf8JsonWriter json, Usage usage, bool input = true, bool output = true)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("inputTokens", input ? usage.Fresh : 0);
        json.WriteNumber("outputTokens", output ? usage.Output : 0);
        json.WriteNumber("totalTokens", (input ? usage.Input : 0) + (output ? usage.Output : 0));
        json.WriteNumber("cacheReadInputTokens", input ? usage.CacheRead : 0);
        json.WriteNumber("cacheWriteInputTokens", input ? usage.CacheWrite : 0);
        if (input && usage.CacheWrite > 0)
        {
            json.WriteStartArray("cacheDetails");
            WriteCacheDetail(json, "5m", usage.CacheWrite5m);
            WriteCacheDetail(json, "1h", usage.CacheWrite1h);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteMetrics(Utf8JsonWriter json)
    {
        json.WriteStartObject("metrics");
        json.WriteNumber("latencyMs", 1);
        json.WriteEndObject();
    }

    public static string ToolUseId(Answer answer, ToolBlock call) => (call.AfterThinking ? AfterThinking : "tooluse_sim_") + answer.Id["sim-".Length..] + "_" + call.Number;

    private static void WriteCacheDetail(Utf8JsonWriter json, string ttl, int tokens)
    {
        json.WriteStartObject();
        json.WriteString("ttl", ttl);
        json.WriteNumber("inputTokens", tokens);
        json.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter json, Answer answer, Block block)
    {
        json.WriteStartObject();
        switch (block)
        {
            case ThinkingBlock thinking:
                json.WriteStartObject("reasoningContent");
                if (thinking.Redacted)
                {
                    json.WriteString("redactedContent", Seal.Close(BedrockBlocks.Redacted, block.Whole));
                }
                else
                {
                    json.WriteStartObject("reasoningText");
                    json.WriteString("text", block.Whole);
                    json.WriteString("signature", Seal.Sign(BedrockBlocks.Reasoning, block.Whole));
                    json.WriteEndObject();
                }

                json.WriteEndObject();
                break;
            case ToolBlock call:
                json.WriteStartObject("toolUse");
                json.WriteString("toolUseId", ToolUseId(answer, call));
                json.WriteString("name", call.Tool.Name);
                json.WritePropertyName("input");
                json.WriteRawValue(call.Whole);
                json.WriteEndObject();
                break;
            default:
                json.WriteString("text", block.Whole);
                break;
        }

        json.WriteEndObject();
    }
}
