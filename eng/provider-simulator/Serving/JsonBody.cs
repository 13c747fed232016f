using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>An answer or an error as one JSON body.</summary>
internal static class JsonBody
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext http, WireFormat format, Answer answer, Call call)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_options))
            format.WriteJson(json, answer);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        var whole = buffer.WrittenMemory;
        var behaviour = answer.Behaviour;
        if (behaviour.Malformed)
        {
            http.Response.ContentLength = whole.Length / 2;
            await http.Response.Body.WriteAsync(whole[..(whole.Length / 2)], http.RequestAborted);
        }
        else if (behaviour.Cut || behaviour.CutInsideEvent || behaviour.Stall)
        {
            await http.Response.Body.WriteAsync(whole[..(whole.Length / 2)], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await StreamPump.EndInTheMiddleAsync(http, behaviour, call);
        }
        else
        {
            await http.Response.Body.WriteAsync(whole, http.RequestAborted);
        }
    }

    public static Task WriteErrorAsync(HttpContext http, WireFormat format, Refused error)
    {
        http.Response.StatusCode = error.Status;
        return WriteAsync(http, json => format.WriteError(http, json, error));
    }

    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_options))
            write(json);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }
}
