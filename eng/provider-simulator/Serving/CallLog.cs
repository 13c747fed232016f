using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>
/// What the simulator has received, so that tests can compare it with audit rows and with each other: ids of the last calls, exact bodies and headers
/// of the newest. Bounded. Many writers and readers, one lock held for a moment.
/// </summary>
internal sealed class CallLog
{
    public const string RequestIdHeader = "x-thinkwatch-request-id";

    private const int KeptCalls = 200_000;
    private const int KeptHeaders = 2_000;
    private const long KeptBodyBytes = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Call> _calls = new();
    private readonly Queue<Call> _withHeaders = new();
    private readonly Queue<Call> _withBody = new();
    private readonly Dictionary<string, int> _attempts = [];
    private long _sequence;
    private long _bodyBytes;

    public Call Add(HttpContext http, byte[] body)
    {
        var requestId = http.Request.Headers[RequestIdHeader].ToString();
        var headers = HeadersOf(http.Request.Headers);
        lock (_lock)
        {
            var call = new Call
            {
                Sequence = ++_sequence,
                RequestId = requestId.Length == 0 ? null : requestId,
                ReceivedAt = DateTimeOffset.UtcNow,
                Authorization = http.Request.Headers.Authorization.ToString(),
                Method = http.Request.Method,
                Target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                Headers = headers,
                Body = body,
            };
            Keep(call, body.Length);
            return call;
        }
    }

    /// <summary>How many attempts of that request came before this one.</summary>
    public int AttemptsBefore(string requestId)
    {
        lock (_lock)
        {
            var before = _attempts.GetValueOrDefault(requestId);
            _attempts[requestId] = before + 1;
            return before;
        }
    }

    public Call[] Since(long sequence)
    {
        lock (_lock)
            return [.. _calls.Where(call => call.Sequence > sequence)];
    }

    /// <summary>
    /// <c>GET /simulator/calls?since=N&amp;request_id=…&amp;details=true&amp;bodies=true</c>: calls after sequence N, oldest first. <c>bodies</c> adds the
    /// exact body as base64; <c>details</c> adds what was received as text: method, path, query, headers (secrets only by name) and body.
    /// </summary>
    public async Task ListAsync(HttpContext http)
    {
        _ = long.TryParse(http.Request.Query["since"], out var since);
        var requestId = http.Request.Query["request_id"].ToString();
        var bodies = http.Request.Query["bodies"] == "true";
        var details = http.Request.Query["details"] == "true";
        var calls = Since(since);
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("last_sequence", calls.Length == 0 ? since : calls[^1].Sequence);
        json.WriteStartArray("calls");
        foreach (var call in calls)
        {
            if (requestId.Length == 0 || call.RequestId == requestId)
                Write(json, call, bodies, details);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    /// <summary><c>POST /simulator/reset</c>: forgets every call.</summary>
    public Task ResetAsync(HttpContext http)
    {
        lock (_lock)
        {
            _calls.Clear();
            _withHeaders.Clear();
            _withBody.Clear();
            _attempts.Clear();
            _bodyBytes = 0;
            _sequence = 0;
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static KeyValuePair<string, string>[] HeadersOf(IHeaderDictionary headers)
    {
        var all = new KeyValuePair<string, string>[headers.Count];
        var i = 0;
        foreach (var (name, value) in headers)
            all[i++] = new KeyValuePair<string, string>(name, value.ToString());
        return all;
    }

    private void Keep(Call call, int bodyLength)
    {
        _calls.Enqueue(call);
        if (_calls.Count > KeptCalls)
            _calls.Dequeue();
        _withHeaders.Enqueue(call);
        if (_withHeaders.Count > KeptHeaders)
            _withHeaders.Dequeue().Headers = null;
        _withBody.Enqueue(call);
        _bodyBytes += bodyLength;
        while (_bodyBytes > KeptBodyBytes && _withBody.Count > 1)
        {
            var oldest = _withBody.Dequeue();
            _bodyBytes -= oldest.Body!.Length;
            oldest.Body = null;
        }
    }

    private static void Write(Utf8JsonWriter json, Call call, bool bodies, bool details)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", call.Sequence);
        json.WriteString("request_id", call.RequestId);
        json.WriteString("received_at", call.ReceivedAt);
        json.WriteString("model", call.Model);
        json.WriteBoolean("stream", call.Stream);
        json.WriteNumber("status", call.Status);
        json.WriteString("end", call.End);
        if (call.EndedAt is { } ended)
            json.WriteString("ended_at", ended);
        if (details)
            WriteDetails(json, call);
        if (bodies && call.Body is { } body)
            json.WriteBase64String("body", body);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, Call call)
    {
        var query = call.Target.IndexOf('?', StringComparison.Ordinal);
        json.WriteString("method", call.Method);
        json.WriteString("path", query < 0 ? call.Target : call.Target[..query]);
        json.WriteString("query", query < 0 ? "" : call.Target[query..]);
        if (call.Headers is { } headers)
        {
            json.WriteStartObject("headers");
            foreach (var (name, value) in headers)
                json.WriteString(name.ToLowerInvariant(), Credentials.IsSecret(name) ? "(credential)" : value);
            json.WriteEndObject();
        }

        if (call.Body is { } body)
            json.WriteString("body_text", Encoding.UTF8.GetString(body));
    }
}
