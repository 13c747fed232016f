using System.Globalization;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Tests.Compatibility;

/// <summary>One API as its clients use it: how a feature is asked for, and where it is found in an answer. A request of null: the API has no such thing.</summary>
internal abstract class Surface
{
    public const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    public const string Pdf = "JVBERi0xLjQKJSVFT0YK";
    public const string Schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    public static readonly Surface[] All = [new ChatSurface(), new MessagesSurface(), new ResponsesSurface()];

    public abstract string Name { get; }

    public abstract string Path { get; }

    public abstract string? Request(string feature, string model);

    /// <summary>The words of the answer.</summary>
    public abstract string Text(JsonElement answer);

    public abstract IEnumerable<(string Name, string Arguments)> ToolCalls(JsonElement answer);

    public abstract bool WasCut(JsonElement answer);

    public abstract (long Input, long Output) Usage(JsonElement answer);

    protected static long Number(JsonElement usage, string name) => usage.GetProperty(name).GetInt64();

    protected static string Joined(IEnumerable<JsonElement> parts, string type) => string.Concat(parts
        .Where(part => part.GetProperty("type").GetString() == type).Select(static part => part.GetProperty("text").GetString()));

    private sealed class ChatSurface : Surface
    {
        private const string Tool = """,{"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{}}}}""";
        private const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":\"d-7391\",\"parameters\":" + Schema + "}}" + Tool + "]";

        public override string Name => "Chat Completions";

        public override string Path => "/v1/chat/completions";

        public override string? Request(string feature, string model) => feature switch
        {
            "text" or "usage" or "error" or "stop reason" => Ask(model, """{"role":"user","content":"hello-7391"}"""),
            "system" => Ask(model, """{"role":"system","content":"system-7391"},{"role":"user","content":"hello"}"""),
            "image" => Ask(model, """{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,""" + Pixel + "\"}}]}"),
            "file" => Ask(model, """{"role":"user","content":[{"type":"text","text":"read"},{"type":"file","file":{"filename":"paper.pdf","file_data":"data:application/pdf;base64,""" + Pdf + "\"}}]}"),
            "tool" or "parallel tools" => Ask(model, """{"role":"user","content":"weather?"}""", Tools),
            "tool result" => Ask(
                model,
                """{"role":"user","content":"weather?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_7391","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},{"role":"tool","tool_call_id":"call_7391","content":"result-7391"}""",
                Tools),
            "json_schema" => Ask(model, """{"role":"user","content":"where?"}""", "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"place\",\"strict\":true,\"schema\":" + Schema + "}}"),
            "thinking" => Ask(model, """{"role":"user","content":"think"}""", "\"reasoning_effort\":\"medium\""),
            "multi-turn" => Ask(model, """{"role":"user","content":"one"},{"role":"assistant","content":"two-7391"},{"role":"user","content":"three"}"""),
            "sampling" => Ask(model, """{"role":"user","content":"x"}""", "\"temperature\":0.5,\"stop\":[\"end-7391\"]"),
            _ => null,
        };

        public override string Text(JsonElement answer) => Message(answer).GetProperty("content").GetString() ?? "";

        public override IEnumerable<(string Name, string Arguments)> ToolCalls(JsonElement answer) => !Message(answer).TryGetProperty("tool_calls", out var calls) ? [] : calls.EnumerateArray()
            .Select(static call => (call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!));

        public override bool WasCut(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString() == "length";

        public override (long Input, long Output) Usage(JsonElement answer) =>
            (Number(answer.GetProperty("usage"), "prompt_tokens"), Number(answer.GetProperty("usage"), "completion_tokens"));

        private static JsonElement Message(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message");

        private static string Ask(string model, string messages, string extra = "\"max_completion_tokens\":9000") =>
            string.Create(CultureInfo.InvariantCulture, $"{{\"model\":\"{model}\",\"stream_options\":null,\"messages\":[{messages}],{extra}}}").Replace("\"stream_options\":null,", "", StringComparison.Ordinal);
    }

    private sealed class MessagesSurface : Surface
    {
        private const string Tools = "\"tools\":[{\"name\":\"get_weather\",\"description\":\"d-7391\",\"input_schema\":" + Schema + "},{\"name\":\"get_time\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]";
        private const string Image = "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"" + Pixel + "\"}}";

        public override string Name => "Messages";

        public override string Path => "/v1/messages";

        public override string? Request(string feature, string model) => feature switch
        {
            "text" or "usage" or "error" or "stop reason" => Ask(model, """{"role":"user","content":"hello-7391"}"""),
            "system" => Ask(model, """{"role":"user","content":"hello"}""", """ "system":[{"type":"text","text":"system-7391","cache_control":{"type":"ephemeral"}}]"""),
            "image" => Ask(model, """{"role":"user","content":[{"type":"text","text":"look"},""" + Image + "]}"),
            "file" => Ask(model, """{"role":"user","content":[{"type":"text","text":"read"},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":""" + "\"" + Pdf + "\"}}]}"),
            "tool" or "parallel tools" => Ask(model, """{"role":"user","content":"weather?"}""", Tools),
            "tool result" => Ask(model, Result("\"result-7391\""), Tools),
            "tool result with image" => Ask(model, Result("[" + Image + "]"), Tools),
            "json_schema" => Ask(model, """{"role":"user","content":"where?"}""", "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":" + Schema + "}}"),
            "thinking" => Ask(model, """{"role":"user","content":"think"}""", """ "thinking":{"type":"enabled","budget_tokens":2000}"""),
            "multi-turn" => Ask(model, """{"role":"user","content":"one"},{"role":"assistant","content":"two-7391"},{"role":"user","content":"three"}"""),
            "sampling" => Ask(model, """{"role":"user","content":"x"}""", """ "temperature":0.5,"stop_sequences":["end-7391"]"""),
            _ => null,
        };

        public override string Text(JsonElement answer) => Joined(answer.GetProperty("content").EnumerateArray(), "text");

        public override IEnumerable<(string Name, string Arguments)> ToolCalls(JsonElement answer) => answer.GetProperty("content").EnumerateArray()
            .Where(static block => block.GetProperty("type").GetString() == "tool_use").Select(static block => (block.GetProperty("name").GetString()!, block.GetProperty("input").GetRawText()));

        public override bool WasCut(JsonElement answer) => answer.GetProperty("stop_reason").GetString() == "max_tokens";

        public override (long Input, long Output) Usage(JsonElement answer) =>
            (Number(answer.GetProperty("usage"), "input_tokens"), Number(answer.GetProperty("usage"), "output_tokens"));

        private static string Result(string content) =>
            """{"role":"user","content":"weather?"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_7391","name":"get_weather","input":{"city":"Oslo"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_7391","content":"""
            + content + "}]}";

        private static string Ask(string model, string messages, string extra = "\"metadata\":{}") => $"{{\"model\":\"{model}\",\"max_tokens\":9000,\"messages\":[{messages}],{extra}}}";
    }

    private sealed class ResponsesSurface : Surface
    {
        private const string Tools =
            "\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\",\"description\":\"d-7391\",\"strict\":true,\"parameters\":" + Schema + "},{\"type\":\"function\",\"name\":\"get_time\",\"strict\":false,\"parameters\":{\"type\":\"object\",\"properties\":{}}}]";

        private const string Image = "{\"type\":\"input_image\",\"detail\":\"auto\",\"image_url\":\"data:image/png;base64," + Pixel + "\"}";

        public override string Name => "Responses";

        public override string Path => "/v1/responses";

        public override string? Request(string feature, string model) => feature switch
        {
            "text" or "usage" or "error" or "stop reason" => Ask(model, """{"role":"user","content":"hello-7391"}"""),
            "system" => Ask(model, """{"role":"user","content":"hello"}""", """ "instructions":"system-7391" """),
            "image" => Ask(model, """{"role":"user","content":[{"type":"input_text","text":"look"},""" + Image + "]}"),
            "file" => Ask(model, """{"role":"user","content":[{"type":"input_text","text":"read"},{"type":"input_file","filename":"paper.pdf","file_data":"data:application/pdf;base64,""" + Pdf + "\"}]}"),
            "tool" or "parallel tools" => Ask(model, """{"role":"user","content":"weather?"}""", Tools),
            "tool result" => Ask(model, Result("\"result-7391\""), Tools),
            "tool result with image" => Ask(model, Result("[" + Image + "]"), Tools),
            "json_schema" => Ask(model, """{"role":"user","content":"where?"}""", "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"place\",\"strict\":true,\"schema\":" + Schema + "}}"),
            "thinking" => Ask(model, """{"role":"user","content":"think"}""", """ "reasoning":{"effort":"medium"}"""),
            "multi-turn" => Ask(model, """{"role":"user","content":"one"},{"role":"assistant","content":"two-7391"},{"role":"user","content":"three"}"""),
            "sampling" => Ask(model, """{"role":"user","content":"x"}""", "\"temperature\":0.5"),
            _ => null,
        };

        public override string Text(JsonElement answer) => string.Concat(Items(answer, "message").Select(static item => Joined(item.GetProperty("content").EnumerateArray(), "output_text")));

        public override IEnumerable<(string Name, string Arguments)> ToolCalls(JsonElement answer) =>
            Items(answer, "function_call").Select(static item => (item.GetProperty("name").GetString()!, item.GetProperty("arguments").GetString()!));

        public override bool WasCut(JsonElement answer) =>
            answer.GetProperty("status").GetString() == "incomplete" && answer.GetProperty("incomplete_details").GetProperty("reason").GetString() == "max_output_tokens";

        public override (long Input, long Output) Usage(JsonElement answer) =>
            (Number(answer.GetProperty("usage"), "input_tokens"), Number(answer.GetProperty("usage"), "output_tokens"));

        private static IEnumerable<JsonElement> Items(JsonElement answer, string type) =>
            answer.GetProperty("output").EnumerateArray().Where(item => item.GetProperty("type").GetString() == type);

        private static string Result(string output) =>
            """{"role":"user","content":"weather?"},{"type":"function_call","call_id":"call_7391","name":"get_weather","arguments":"{\"city\":\"Oslo\"}"},{"type":"function_call_output","call_id":"call_7391","output":""" + output + "}";

        private static string Ask(string model, string input, string extra = "\"max_output_tokens\":9000") => $"{{\"model\":\"{model}\",\"store\":false,\"input\":[{input}],{extra}}}";
    }
}
