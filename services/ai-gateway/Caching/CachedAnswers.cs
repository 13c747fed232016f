using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Caching;

/// <summary>Sends what the cache holds, and puts into it what was sent.</summary>
internal sealed class CachedAnswers(FormatRegistry formats, TimeProvider time, ResponseCache? cache = null)
{
    public async ValueTask<Refusal?> ReplayAsync(Exchange exchange, CachedAnswer answer)
    {
        var response = exchange.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = exchange.AnswerContentType = answer.ContentType;
        response.ContentLength = answer.Bytes.Length;
        response.Headers["x-thinkwatch-provider"] = answer.Provider;
        response.Headers["x-thinkwatch-model"] = answer.Model;
        exchange.ClientFirstByteAt = time.GetTimestamp();
        exchange.AnswerBytes = answer.Bytes.Length;
        exchange.AnswerBody.Clear();
        if (exchange.Facts.Stream)
            Assemble(exchange, answer.Bytes.Span);
        else
            exchange.AnswerBody.Append(answer.Bytes.Span);
        await response.BodyWriter.WriteAsync(answer.Bytes, exchange.Cancelled);
        return null;
    }

    /// <summary>After an answer that was sent whole.</summary>
    public void Keep(Exchange exchange)
    {
        if (exchange.CacheSlot is not { } slot || cache is null || exchange.Cached is not null)
            return;
        var sent = exchange.Facts.Stream ? exchange.SentStream : exchange.AnswerBody;
        if (sent.Length != exchange.AnswerBytes || sent.Length is 0 or > ResponseCache.LargestAnswer)
            return;
        cache.Store(
            slot.Key,
            new CachedAnswer(exchange.AnswerContentType, exchange.Chosen!.HeaderSafeProvider, exchange.Chosen.HeaderSafeModel, sent.WrittenSpan.ToArray()),
            slot.TimeToLive);
    }

    /// <summary>The row holds a stream as the answer that it amounts to.</summary>
    private void Assemble(Exchange exchange, ReadOnlySpan<byte> events)
    {
        using var observer = formats.Client(((ICallSurface)exchange.Surface).Format).OpenStream(hidesUsage: false);
        using var scratch = new Capture.PooledBuffer();
        var splitter = new SseSplitter();
        while (splitter.TryNext(events, out var length))
        {
            var data = SseData.Of(events[..length], scratch);
            if (!data.IsEmpty)
                observer.Observe(data);
            events = events[length..];
        }

        observer.WriteAssembled(exchange.AnswerBody);
    }
}
