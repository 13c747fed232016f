using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>The answer as server-sent <c>chat.completion.chunk</c> events, ended by <c>[DONE]</c>.</summary>
internal static class StreamAnswer
{
    private const int ArgumentsFragment = 12;
    private const int CutDelayMs = 50;

    public static async Task WriteAsync(HttpContext http, ChatRequest request, ChatAnswer answer, Behaviour behaviour, Call call)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        var usage = request.IncludeUsage && !behaviour.NoUsage;
        var events = new ChunkWriter(http, request.Model, answer, usage, behaviour);
        events.Role();
        await events.FlushAsync();
        var fragments = answer.Tool is { } tool ? Fragments(tool.Arguments) : answer.Pieces;
        if (answer.Tool is not null)
            events.ToolStart();
        for (var i = 0; i < fragments.Length; i++)
        {
            if ((behaviour.Cut || behaviour.Stall) && i >= fragments.Length / 2)
            {
                await events.FlushAsync();
                await EndInTheMiddleAsync(http, behaviour, call);
                return;
            }

            if (behaviour.Malformed && i == fragments.Length / 2)
                events.Raw("data: {\"id\":\"broken\n\n"u8);
            events.Fragment(fragments[i]);
            await events.FlushAsync();
            if (behaviour.DripMs > 0)
                await Task.Delay(behaviour.DripMs, http.RequestAborted);
        }

        events.Finish();
        if (usage)
            events.Usage();
        events.Raw("data: [DONE]\n\n"u8);
        await events.FlushAsync();
    }

    /// <summary>Breaks the connection, or says nothing more until the caller goes.</summary>
    public static async Task EndInTheMiddleAsync(HttpContext http, Behaviour behaviour, Call call)
    {
        if (behaviour.Stall)
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        call.End = "cut";

        // A reset overtakes what is still on its way.
        await Task.Delay(CutDelayMs, http.RequestAborted);
        http.Abort();
    }

    private static string[] Fragments(string text) =>
        [.. Enumerable.Range(0, (text.Length + ArgumentsFragment - 1) / ArgumentsFragment)
            .Select(i => text.Substring(i * ArgumentsFragment, Math.Min(ArgumentsFragment, text.Length - (i * ArgumentsFragment))))];

    /// <summary>Writes one event after another into the response; nothing leaves before <see cref="FlushAsync"/>.</summary>
    private sealed class ChunkWriter(HttpContext http, string model, ChatAnswer answer, bool usage, Behaviour behaviour)
    {
        private readonly Utf8JsonWriter _json = new(Stream.Null);

        public void Role() => Write("role", static (json, _) =>
        {
            json.WriteString("role", "assistant");
            json.WriteString("content", "");
            json.WriteNull("refusal");
        });

        public void ToolStart() => Write("", (json, _) =>
        {
            json.WriteStartArray("tool_calls");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteString("id", "call_" + answer.Id["chatcmpl-".Length..]);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", answer.Tool!.Name);
            json.WriteString("arguments", "");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        });

        public void Fragment(string text) => Write(text, answer.Tool is null
            ? static (json, piece) => json.WriteString("content", piece)
            : static (json, piece) =>
            {
                json.WriteStartArray("tool_calls");
                json.WriteStartObject();
                json.WriteNumber("index", 0);
                json.WriteStartObject("function");
                json.WriteString("arguments", piece);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndArray();
            });

        public void Finish() => Write("", static (_, _) => { }, answer.FinishReason);

        public void Usage()
        {
            Begin();
            _json.WriteStartArray("choices");
            _json.WriteEndArray();
            JsonAnswer.WriteUsage(_json, answer, behaviour);
            End();
        }

        public void Raw(ReadOnlySpan<byte> bytes) => http.Response.BodyWriter.Write(bytes);

        public async Task FlushAsync()
        {
            var result = await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            if (result.IsCompleted)
                throw new OperationCanceledException();
        }

        private void Write(string text, Action<Utf8JsonWriter, string> delta, string? finishReason = null)
        {
            Begin();
            _json.WriteStartArray("choices");
            _json.WriteStartObject();
            _json.WriteNumber("index", 0);
            _json.WriteStartObject("delta");
            delta(_json, text);
            _json.WriteEndObject();
            _json.WriteNull("logprobs");
            _json.WriteString("finish_reason", finishReason);
            _json.WriteEndObject();
            _json.WriteEndArray();
            if (usage)
                _json.WriteNull("usage");
            End();
        }

        private void Begin()
        {
            Raw("data: "u8);
            _json.Reset(http.Response.BodyWriter);
            _json.WriteStartObject();
            _json.WriteString("id", answer.Id);
            _json.WriteString("object", "chat.completion.chunk");
            _json.WriteNumber("created", ChatAnswer.Created);
            _json.WriteString("model", model);
            _json.WriteString("system_fingerprint", "fp_simulated");
        }

        private void End()
        {
            _json.WriteEndObject();
            _json.Flush();
            Raw("\n\n"u8);
        }
    }
}
