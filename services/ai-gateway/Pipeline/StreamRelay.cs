using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Passes a stream on as it arrives: whole events, flushed as soon as the provider pauses. Nothing is held back beyond the event that has not ended yet.
/// The answer begins when the first event is there, so until then the call may still be tried again.
/// </summary>
internal sealed class StreamRelay(FormatRegistry formats, ISettings settings, TimeProvider time)
{
    public const string ContentType = "text/event-stream; charset=utf-8";
    private const int ReadSize = 4096;
    private const int LargestEvent = 8 * 1024 * 1024;

    public async ValueTask<AttemptResult> RelayAsync(Exchange exchange, HttpResponseMessage response)
    {
        using var passage = Open(exchange);
        AttemptResult result;
        try
        {
            result = await PumpAsync(exchange, response, passage);
        }
        catch (OperationCanceledException) when (exchange.Http.Response.HasStarted)
        {
            result = AttemptResult.Final(exchange.ClientIsGone ? Refusals.ClientGone : Refusals.StreamIdle);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && exchange.Http.Response.HasStarted)
        {
            result = AttemptResult.Final(exchange.ClientIsGone ? Refusals.ClientGone : Refusals.ProviderBroke);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            result = exchange.Http.Response.HasStarted ? AttemptResult.Final(Refusals.ProviderMalformed) : AttemptResult.Transient(Refusals.ProviderMalformed);
        }

        exchange.UpstreamEndedAt = time.GetTimestamp();
        Keep(exchange, passage);
        if (result.Refusal is { } refusal && !passage.FaultIsPassed && exchange.Http.Response.HasStarted && !exchange.ClientIsGone)
            await EndBrokenAsync(exchange, passage, refusal);
        return result;
    }

    private StreamPassage Open(Exchange exchange) => AnswerGuard.Around(exchange, OpenPassage(exchange));

    private StreamPassage OpenPassage(Exchange exchange)
    {
        var observer = formats.Client(((ICallSurface)exchange.Surface).Format).OpenStream(exchange.HidesUsageChunk);
        if (exchange.Conversion is null)
            return new PassThroughPassage(observer, exchange.Surface.Errors, exchange.IdText);
        var (reader, writer) = exchange.Conversion.OpenStream();
        return new ConvertedPassage(observer, reader, writer);
    }

    private async ValueTask<AttemptResult> PumpAsync(Exchange exchange, HttpResponseMessage response, StreamPassage passage)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(exchange.Cancelled);
        using var pending = new PooledBuffer();
        using var output = new PooledBuffer();
        var idle = new IdleTimer(exchange, time, TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.StreamIdleTimeoutSecs)));
        while (true)
        {
            idle.Expect();
            var read = await stream.ReadAsync(pending.GetMemory(ReadSize), exchange.Cancelled);
            if (exchange.UpstreamFirstByteAt == 0)
                exchange.UpstreamFirstByteAt = time.GetTimestamp();
            if (read == 0)
            {
                // The last event may lack its empty line.
                passage.End(pending, output);
                if (exchange.Keeping is { } keeping)
                    await keeping;
                await SendAsync(exchange, output);
                return passage.Stopped is { } stopped ? AttemptResult.Final(stopped) : Verdict(exchange, passage);
            }

            pending.Advance(read);
            await InlineSockets.LeaveAsync(pending.Length);
            try
            {
                passage.Take(pending, output);
            }
            catch (Exception exception) when (exception is JsonException or InvalidDataException && exchange.Http.Response.HasStarted)
            {
                // What was understood before it is the client's, and may be numbered.
                await SendAsync(exchange, output);
                throw;
            }

            await SendAsync(exchange, output);
            if (passage.Stopped is { } reason)
                return AttemptResult.Final(reason);
            if (passage.Fault is not null && !passage.FaultIsPassed)
                return Verdict(exchange, passage);
            if (pending.Length > LargestEvent)
                return AttemptResult.Final(Refusals.ProviderMalformed);
        }
    }

    private static AttemptResult Verdict(Exchange exchange, StreamPassage passage)
    {
        if (passage.Fault is { } fault)
        {
            var refusal = Refusals.ProviderSaidError(fault.Message);
            return exchange.Http.Response.HasStarted ? AttemptResult.Final(refusal) : AttemptResult.Transient(refusal);
        }

        if (passage.IsComplete)
            return AttemptResult.Answered;
        return exchange.Http.Response.HasStarted ? AttemptResult.Final(Refusals.ProviderBroke) : AttemptResult.Transient(Refusals.ProviderBroke);
    }

    private async ValueTask SendAsync(Exchange exchange, PooledBuffer output)
    {
        if (output.Length == 0)
            return;
        var response = exchange.Http.Response;
        if (!response.HasStarted && exchange.ClientFirstByteAt == 0)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = exchange.AnswerContentType = ContentType;
            response.Headers.CacheControl = "no-cache";
            response.Headers["x-accel-buffering"] = "no";
            AnswerHead.Write(exchange);
            exchange.ClientFirstByteAt = time.GetTimestamp();
        }

        exchange.AnswerBytes += output.Length;
        if (exchange.CacheSlot is not null && exchange.SentStream.Length <= ResponseCache.LargestAnswer)
            exchange.SentStream.Append(output.WrittenSpan);
        response.BodyWriter.Write(output.WrittenSpan);
        output.Clear();
        await FlushAsync(exchange);
    }

    private static async ValueTask EndBrokenAsync(Exchange exchange, StreamPassage passage, Refusal refusal)
    {
        // A deadline that has passed has cancelled the exchange; the client is still there.
        passage.WriteFault(refusal, exchange.Http.Response.BodyWriter);
        await exchange.Http.Response.BodyWriter.FlushAsync(exchange.Http.RequestAborted);
    }

    private static void Keep(Exchange exchange, StreamPassage passage)
    {
        exchange.Answer = passage.Facts;
        exchange.AnswerTextBytes = passage.TextBytes;
        exchange.AnswerIsTruncated = passage.Observer.IsTruncated;
        exchange.AnswerBody.Clear();
        if (exchange.Http.Response.HasStarted)
            passage.Observer.WriteAssembled(exchange.AnswerBody);
        AnswerGuard.RedactKept(exchange);
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
