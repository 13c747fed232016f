namespace ThinkWatch.ProviderSimulator;

/// <summary><c>POST /v1/chat/completions</c>: reads, records, then answers as commanded.</summary>
internal sealed class ChatCompletions(CallLog calls, string? requiredKey)
{
    public const string RequestIdHeader = "x-thinkwatch-request-id";

    private readonly string? _requiredAuthorization = string.IsNullOrEmpty(requiredKey) ? null : "Bearer " + requiredKey;

    public async Task AnswerAsync(HttpContext http)
    {
        var body = await ReadAsync(http);
        var requestId = http.Request.Headers[RequestIdHeader].ToString();
        var call = calls.Add(requestId.Length == 0 ? null : requestId, http.Request.Headers.Authorization.ToString(), body);
        try
        {
            await AnswerAsync(http, call, body);
            call.End = call.End == "pending" ? "answered" : call.End;
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

    private async Task AnswerAsync(HttpContext http, Call call, byte[] body)
    {
        if (_requiredAuthorization is not null && !string.Equals(call.Authorization, _requiredAuthorization, StringComparison.Ordinal))
        {
            await SimulatedErrors.WriteAsync(http, 401, "Incorrect API key provided to the simulator.", "invalid_request_error", "invalid_api_key");
            return;
        }

        if (ChatRequest.Parse(body, out var fault) is not { } request)
        {
            await SimulatedErrors.WriteAsync(http, 400, fault, "invalid_request_error", null);
            return;
        }

        call.Model = request.Model;
        call.Stream = request.Stream;
        var behaviour = Behaviour.Of(request.Model, http.Request.Headers["x-simulator"], request.Command);
        if (behaviour.DelayMs > 0)
            await Task.Delay(behaviour.DelayMs, http.RequestAborted);
        if (behaviour.Drop)
        {
            call.End = "cut";
            http.Abort();
            return;
        }

        var status = behaviour.FlakyAttempts > 0 && calls.AttemptsBefore(call.RequestId ?? "") < behaviour.FlakyAttempts ? 500 : behaviour.ErrorStatus;
        if (status != 0)
        {
            await SimulatedErrors.WriteAsync(http, status, behaviour.RetryAfterSeconds);
            return;
        }

        http.Response.Headers["x-request-id"] = "req-sim-" + call.Sequence;
        var answer = ChatAnswer.For(request, behaviour, body);
        if (request.Stream)
            await StreamAnswer.WriteAsync(http, request, answer, behaviour, call);
        else
            await JsonAnswer.WriteAsync(http, request, answer, behaviour, call);
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
