using System.Text.Json;
using System.Text.Unicode;
using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>Reads a call, records it, then answers as commanded: the same way on every format.</summary>
internal sealed class Answering(CallLog calls, string? requiredKey)
{
    private readonly string? _requiredKey = string.IsNullOrEmpty(requiredKey) ? null : requiredKey;

    /// <summary>A call that is answered from a prompt.</summary>
    public Task AnswerAsync(HttpContext http, WireFormat format) => RecordAsync(http, format, (call, body) => AnswerAsync(http, format, call, body));

    /// <summary>A call with an answer of its own, such as embeddings: recorded, authenticated and refused in the format's way.</summary>
    public Task AnswerAsync(HttpContext http, WireFormat format, Func<HttpContext, JsonElement, Call, Task> answer) =>
        RecordAsync(http, format, async (call, body) =>
        {
            using var document = Parse(body);
            await answer(http, document.RootElement, call);
        });

    /// <summary>True when the answer has been given: late, refused or not at all, as commanded.</summary>
    public async Task<bool> FaultAsync(HttpContext http, Behaviour behaviour, Call call)
    {
        if (behaviour.DelayMs > 0)
            await Task.Delay(behaviour.DelayMs, http.RequestAborted);
        if (behaviour.Drop)
        {
            call.End = "cut";
            http.Abort();
            return true;
        }

        var status = behaviour.FlakyAttempts > 0 && calls.AttemptsBefore(call.RequestId ?? "") < behaviour.FlakyAttempts ? 500 : behaviour.ErrorStatus;
        if (status == 0)
            return false;
        if (behaviour.RetryAfterSeconds >= 0)
            http.Response.Headers.RetryAfter = behaviour.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        throw new Refused(status, status == 529 ? "Overloaded" : $"Simulated error {status}.");
    }

    private async Task RecordAsync(HttpContext http, WireFormat format, Func<Call, byte[], Task> answer)
    {
        var body = await ReadAsync(http);
        var call = calls.Add(http, body);
        try
        {
            format.Head(http, call.Sequence);
            format.Authenticate(http, body, _requiredKey);
            await answer(call, body);
            call.End = call.End == "pending" ? "answered" : call.End;
        }
        catch (Refused refused)
        {
            await JsonBody.WriteErrorAsync(http, format, refused);
            call.End = "answered";
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            call.End = "aborted";
        }
        finally
        {
            call.Status = http.Response.StatusCode;
            call.EndedAt = DateTimeOffset.UtcNow;
        }
    }

    private async Task AnswerAsync(HttpContext http, WireFormat format, Call call, byte[] body)
    {
        using var document = Parse(body);
        var prompt = format.Read(http, document.RootElement);
        call.Model = prompt.Model;
        call.Stream = prompt.Stream;
        var behaviour = Behaviour.Of(prompt.Model, http.Request.Headers["x-simulator"], prompt.Command);
        if (await FaultAsync(http, behaviour, call))
            return;
        var answer = Script.For(prompt, behaviour, body);
        format.Keep(answer);
        if (prompt.Stream)
            await StreamPump.WriteAsync(http, format, answer, call);
        else
            await JsonBody.WriteAsync(http, format, answer, call);
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            if (!IsUnicode(body))
                throw Refused.Invalid("The body of the request holds text that is not Unicode.");
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw Refused.Invalid("The body of the request must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw Refused.Invalid("We could not parse the JSON body of your request: " + exception.Message);
        }
    }

    /// <summary>JSON can spell half of a surrogate pair, which no string can hold.</summary>
    private static bool IsUnicode(byte[] body)
    {
        if (!Utf8.IsValid(body))
            return false;
        if (body.AsSpan().IndexOf("\\u"u8) < 0)
            return true;
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is { } length)
        {
            var body = new byte[length];
            await http.Request.Body.ReadExactlyAsync(body, http.RequestAborted);
            return body;
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }
}
