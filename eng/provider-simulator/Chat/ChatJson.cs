using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>The answer as one <c>chat.completion</c> object.</summary>
internal static class ChatJson
{
    public static void Write(Utf8JsonWriter json, Answer answer, bool filters)
    {
        json.WriteStartObject();
        json.WriteString("id", "chatcmpl-" + answer.Id);
        json.WriteString("object", "chat.completion");
        json.WriteNumber("created", Answer.Created);
        json.WriteString("model", answer.Prompt.Model);
        if (filters)
            ContentFilters.WritePrompt(json, answer);
        json.WriteStartArray("choices");
        for (var i = 0; i < answer.Prompt.Choices; i++)
            WriteChoice(json, answer, i, filters);
        json.WriteEndArray();
        if (answer.ReportsUsage)
            WriteUsage(json, answer.Usage);
        json.WriteString("system_fingerprint", "fp_simulated");
        json.WriteEndObject();
    }

    /// <summary>The <c>usage</c> member, shared with the last chunk of a stream.</summary>
    public static void WriteUsage(Utf8JsonWriter json, Usage usage, bool input = true, bool output = true)
    {
        var (prompt, completion) = (input ? usage.Input : 0, output ? usage.Output : 0);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", completion);
        json.WriteNumber("total_tokens", prompt + completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", input ? usage.CacheRead : 0);
        if (input && usage.CacheWrite > 0)
            json.WriteNumber("cache_write_tokens", usage.CacheWrite);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", output ? usage.Reasoning : 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static string FinishReason(Answer answer) => answer.Stop switch
    {
        Stop.Tool => "tool_calls",
        Stop.Length => "length",
        Stop.Filter or Stop.Blocked => "content_filter",
        _ => "stop",
    };

    public static string CallId(Answer answer, ToolBlock call) => call.Number == 1 ? "call_" + answer.Id : $"call_{answer.Id}-{call.Number}";

    /// <summary>OpenAI never shows reasoning. Upstreams that imitate its API do, in <c>reasoning_content</c>: so does a thinking model.</summary>
    public static bool ShowsThinking(Answer answer) => answer.Behaviour is { Think: true, Redacted: false };

    private static void WriteChoice(Utf8JsonWriter json, Answer answer, int index, bool filters)
    {
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        WriteMessage(json, answer);
        var calls = answer.Blocks.OfType<ToolBlock>();
        if (answer.Stop == Stop.Tool)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in calls)
                WriteCall(json, answer, call);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteLogprobs(json, answer.Prompt.Logprobs ? answer.Blocks.OfType<TextBlock>().SelectMany(static block => block.Pieces) : null);
        json.WriteString("finish_reason", FinishReason(answer));
        if (filters)
            ContentFilters.Write(json, "content_filter_results", answer.Stop is Stop.Filter or Stop.Blocked);
        json.WriteEndObject();
    }

    /// <summary>One entry a piece; null when they were not asked for.</summary>
    public static void WriteLogprobs(Utf8JsonWriter json, IEnumerable<string>? pieces)
    {
        if (pieces is null)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var piece in pieces)
        {
            json.WriteStartObject();
            json.WriteString("token", piece);
            json.WriteNumber("logprob", -0.25);
            json.WriteStartArray("bytes");
            foreach (var one in System.Text.Encoding.UTF8.GetBytes(piece))
                json.WriteNumberValue(one);
            json.WriteEndArray();
            json.WriteStartArray("top_logprobs");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, Answer answer)
    {
        string? content = null;
        string? refusal = null;
        foreach (var block in answer.Blocks)
        {
            if (block is TextBlock)
                content = block.Whole;
            else if (block is RefusalBlock)
                refusal = block.Whole;
            else if (block is ThinkingBlock && ShowsThinking(answer))
                json.WriteString("reasoning_content", block.Whole);
        }

        json.WriteString("content", content);
        json.WriteString("refusal", refusal);
    }

    private static void WriteCall(Utf8JsonWriter json, Answer answer, ToolBlock call)
    {
        json.WriteStartObject();
        json.WriteString("id", CallId(answer, call));
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", call.Tool.Name);
        json.WriteString("arguments", call.Whole);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
