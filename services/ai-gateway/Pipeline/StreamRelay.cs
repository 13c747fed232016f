using System.Buffers;
using System.IO.Pipelines;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Passes a stream of server-sent events on as it arrives: whole events, bytes untouched, flushed as soon as the provider pauses. Nothing is held back
/// beyond the event that has not ended yet. The answer begins when the first event is there, so until then the call may still be tried again.
/// </summary>
internal sealed class StreamRelay(ISettings settings, TimeProvider time)
{
    private const int ReadSize = 4096;
    private const int LargestEvent = 8 * 1024 * 1024;

    public async ValueTask<AttemptResult> RelayAsync(Exchange exchange, HttpResponseMessage response)
    {
        using var events = exchange.Chosen!.Upstream.Wire.OpenStream(exchange);
        AttemptResult result;
        try
        {
            result = await PumpAsync(exchange, response, events);
        }
        catch (OperationCanceledException) when (exchange.Http.Response.HasStarted)
        {
            result = AttemptResult.Final(exchange.ClientIsGone ? Refusals.ClientGone : Refusals.StreamIdle);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && exchange.Http.Response.HasStarted)
        {
            result = AttemptResult.Final(exchange.ClientIsGone ? Refusals.ClientGone : Refusals.ProviderBroke);
        }

        exchange.UpstreamEndedAt = time.GetTimestamp();
        Keep(exchange, events);
        if (result.Refusal is { } refusal && events.Fault is null && exchange.Http.Response.HasStarted && !exchange.ClientIsGone)
            await EndBrokenAsync(exchange, refusal);
        return result;
    }

    private async ValueTask<AttemptResult> PumpAsync(Exchange exchange, HttpResponseMessage response, AnswerStream events)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(exchange.Cancelled);
        using var pending = new PooledBuffer();
        using var scratch = new PooledBuffer();
        var splitter = new SseSplitter();
        var idle = new IdleTimer(exchange, time, TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.StreamIdleTimeoutSecs)));
        while (true)
        {
            idle.Expect();
            var read = await stream.ReadAsync(pending.GetMemory(ReadSize), exchange.Cancelled);
            if (exchange.UpstreamFirstByteAt == 0)
                exchange.UpstreamFirstByteAt = time.GetTimestamp();
            if (read == 0)
                return await EndAsync(exchange, events, pending, scratch);
            pending.Advance(read);
            if (Pass(exchange, events, pending, scratch, ref splitter))
                await FlushAsync(exchange);
            else if (pending.Length > LargestEvent)
                return AttemptResult.Final(Refusals.ProviderMalformed);
        }
    }

    /// <summary>Hands every whole event on; true when something is to be flushed.</summary>
    private bool Pass(Exchange exchange, AnswerStream events, PooledBuffer pending, PooledBuffer scratch, ref SseSplitter splitter)
    {
        var passed = false;
        var consumed = 0;
        while (splitter.TryNext(pending.WrittenSpan[consumed..], out var length))
        {
            var sseEvent = pending.WrittenSpan.Slice(consumed, length);
            consumed += length;
            var data = SseData.Of(sseEvent, scratch);
            if (!data.IsEmpty && events.Observe(data) == EventFate.Hide)
                continue;
            Write(exchange, sseEvent);
            passed = true;
        }

        pending.Consume(consumed);
        return passed;
    }

    private void Write(Exchange exchange, ReadOnlySpan<byte> bytes)
    {
        var response = exchange.Http.Response;
        if (!response.HasStarted && exchange.ClientFirstByteAt == 0)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = exchange.AnswerContentType = "text/event-stream; charset=utf-8";
            response.Headers.CacheControl = "no-cache";
            response.Headers["x-accel-buffering"] = "no";
            AnswerHead.Write(exchange);
            exchange.ClientFirstByteAt = time.GetTimestamp();
        }

        exchange.AnswerBytes += bytes.Length;
        response.BodyWriter.Write(bytes);
    }

    private async ValueTask<AttemptResult> EndAsync(Exchange exchange, AnswerStream events, PooledBuffer pending, PooledBuffer scratch)
    {
        // The last event may lack its empty line.
        if (pending.Length > 0)
        {
            var data = SseData.Of(pending.WrittenSpan, scratch);
            if (data.IsEmpty || events.Observe(data) == EventFate.Pass)
            {
                Write(exchange, pending.WrittenSpan);
                await FlushAsync(exchange);
            }
        }

        if (events.Fault is { } fault)
            return AttemptResult.Final(Refusals.ProviderSaidError(fault.Message));
        if (events.IsComplete || events.Facts.FinishReason is not null)
            return AttemptResult.Answered;
        return exchange.Http.Response.HasStarted ? AttemptResult.Final(Refusals.ProviderBroke) : AttemptResult.Transient(Refusals.ProviderBroke);
    }

    /// <summary>Tells the client, in its own language, that no more will come.</summary>
    private static async ValueTask EndBrokenAsync(Exchange exchange, Refusal refusal)
    {
        // A deadline that has passed has cancelled the exchange; the client is still there.
        exchange.Surface.Errors.WriteEvent(exchange.Http.Response.BodyWriter, refusal);
        await exchange.Http.Response.BodyWriter.FlushAsync(exchange.Http.RequestAborted);
    }

    private static void Keep(Exchange exchange, AnswerStream events)
    {
        exchange.Answer = events.Facts;
        exchange.AnswerTextBytes = events.TextBytes;
        exchange.AnswerIsTruncated = events.IsTruncated;
        exchange.AnswerBody.Clear();
        if (exchange.Http.Response.HasStarted)
            events.WriteAssembled(exchange.AnswerBody);
    }

    private static async ValueTask FlushAsync(Exchange exchange)
    {
        FlushResult result = await exchange.Http.Response.BodyWriter.FlushAsync(exchange.Cancelled);
        if (result.IsCompleted || result.IsCanceled)
            exchange.Cancelled.ThrowIfCancellationRequested();
    }

    /// <summary>Re-arms the exchange's deadline as events come; not for each of them, a timer costs more than that.</summary>
    private struct IdleTimer(Exchange exchange, TimeProvider time, TimeSpan idle)
    {
        private readonly TimeSpan _slack = TimeSpan.FromMilliseconds(Math.Min(500, idle.TotalMilliseconds / 4));
        private long _armedAt;

        public void Expect()
        {
            // Until the first byte the call's own time-out is in force.
            if (exchange.UpstreamFirstByteAt == 0)
                return;
            if (_armedAt != 0 && time.GetElapsedTime(_armedAt) < _slack)
                return;
            _armedAt = time.GetTimestamp();
            exchange.CancelAfter(idle);
        }
    }
}
