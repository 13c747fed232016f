using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>The answer as one <c>chat.completion</c> object.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext http, ChatRequest request, ChatAnswer answer, Behaviour behaviour, Call call)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, request, answer, behaviour);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        var whole = buffer.WrittenMemory;
        if (behaviour.Malformed)
        {
            http.Response.ContentLength = whole.Length / 2;
            await http.Response.Body.WriteAsync(whole[..(whole.Length / 2)], http.RequestAborted);
        }
        else if (behaviour.Cut || behaviour.Stall)
        {
            await http.Response.Body.WriteAsync(whole[..(whole.Length / 2)], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await StreamAnswer.EndInTheMiddleAsync(http, behaviour, call);
        }
        else
        {
            await http.Response.Body.WriteAsync(whole, http.RequestAborted);
        }
    }

    /// <summary>The <c>usage</c> member, shared with the last chunk of a stream.</summary>
    public static void WriteUsage(Utf8JsonWriter writer, ChatAnswer answer, Behaviour behaviour)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", answer.PromptTokens);
        writer.WriteNumber("completion_tokens", answer.CompletionTokens);
        writer.WriteNumber("total_tokens", answer.PromptTokens + answer.CompletionTokens);
        writer.WriteStartObject("prompt_tokens_details");
        writer.WriteNumber("cached_tokens", behaviour.Cached ? answer.PromptTokens / 2 : 0);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details");
        writer.WriteNumber("reasoning_tokens", behaviour.Cached ? answer.CompletionTokens / 2 : 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ChatRequest request, ChatAnswer answer, Behaviour behaviour)
    {
        writer.WriteStartObject();
        writer.WriteString("id", answer.Id);
        writer.WriteString("object", "chat.completion");
        writer.WriteNumber("created", ChatAnswer.Created);
        writer.WriteString("model", request.Model);
        writer.WriteStartArray("choices");
        writer.WriteStartObject();
        writer.WriteNumber("index", 0);
        writer.WriteStartObject("message");
        writer.WriteString("role", "assistant");
        if (answer.Tool is { } tool)
        {
            writer.WriteNull("content");
            writer.WriteStartArray("tool_calls");
            writer.WriteStartObject();
            writer.WriteString("id", "call_" + answer.Id["chatcmpl-".Length..]);
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", tool.Name);
            writer.WriteString("arguments", tool.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("content", string.Concat(answer.Pieces));
        }

        writer.WriteNull("refusal");
        writer.WriteEndObject();
        writer.WriteNull("logprobs");
        writer.WriteString("finish_reason", answer.FinishReason);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (!behaviour.NoUsage)
            WriteUsage(writer, answer, behaviour);
        writer.WriteString("system_fingerprint", "fp_simulated");
        writer.WriteEndObject();
    }
}
