using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>One call that reached the simulator. Written by the request that made it; readers may see it before it has ended.</summary>
internal sealed class Call
{
    public required long Sequence { get; init; }

    /// <summary>The header <c>x-thinkwatch-request-id</c>: the id of the gateway's audit row, the same for every attempt of one request.</summary>
    public required string? RequestId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string? Authorization { get; init; }

    public byte[]? Body { get; set; }

    public string Model { get; set; } = "";

    public bool Stream { get; set; }

    public int Status { get; set; }

    /// <summary>pending | answered | cut | aborted (the caller went).</summary>
    public string End { get; set; } = "pending";

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>
/// What the simulator has received, so that tests can compare it with audit rows: ids of the last calls, exact bodies of the newest. Bounded.
/// Many writers and readers, one lock held for a moment.
/// </summary>
internal sealed class CallLog
{
    private const int KeptCalls = 200_000;
    private const long KeptBodyBytes = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Call> _calls = new();
    private readonly Queue<Call> _withBody = new();
    private readonly Dictionary<string, int> _attempts = [];
    private long _sequence;
    private long _bodyBytes;

    public Call Add(string? requestId, string? authorization, byte[] body)
    {
        lock (_lock)
        {
            var call = new Call
            {
                Sequence = ++_sequence,
                RequestId = requestId,
                ReceivedAt = DateTimeOffset.UtcNow,
                Authorization = authorization,
                Body = body,
            };
            _calls.Enqueue(call);
            if (_calls.Count > KeptCalls)
                _calls.Dequeue();
            _withBody.Enqueue(call);
            _bodyBytes += body.Length;
            while (_bodyBytes > KeptBodyBytes && _withBody.Count > 1)
            {
                var oldest = _withBody.Dequeue();
                _bodyBytes -= oldest.Body!.Length;
                oldest.Body = null;
            }

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

    /// <summary><c>GET /simulator/calls?since=N&amp;bodies=true</c>: calls after sequence N, oldest first; bodies as base64.</summary>
    public async Task ListAsync(HttpContext http)
    {
        _ = long.TryParse(http.Request.Query["since"], out var since);
        var bodies = http.Request.Query["bodies"] == "true";
        var calls = Since(since);
        http.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteNumber("last_sequence", calls.Length == 0 ? since : calls[^1].Sequence);
        writer.WriteStartArray("calls");
        foreach (var call in calls)
            Write(writer, call, bodies);
        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(http.RequestAborted);
    }

    /// <summary><c>POST /simulator/reset</c>: forgets every call.</summary>
    public Task ResetAsync(HttpContext http)
    {
        lock (_lock)
        {
            _calls.Clear();
            _withBody.Clear();
            _attempts.Clear();
            _bodyBytes = 0;
            _sequence = 0;
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static void Write(Utf8JsonWriter writer, Call call, bool bodies)
    {
        writer.WriteStartObject();
        writer.WriteNumber("sequence", call.Sequence);
        writer.WriteString("request_id", call.RequestId);
        writer.WriteString("received_at", call.ReceivedAt);
        writer.WriteString("model", call.Model);
        writer.WriteBoolean("stream", call.Stream);
        writer.WriteNumber("status", call.Status);
        writer.WriteString("end", call.End);
        if (call.EndedAt is { } ended)
            writer.WriteString("ended_at", ended);
        if (bodies && call.Body is { } body)
            writer.WriteBase64String("body", body);
        writer.WriteEndObject();
    }
}
