using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Passes a JSON answer on. Up to a mebibyte is read whole first: what breaks off or is no JSON can then still be tried again or refused.
/// More than that streams through; its usage is read from its end.
/// </summary>
internal sealed class JsonRelay(FormatRegistry formats, TimeProvider time)
{
    private const int WholeUpTo = 1024 * 1024;

    /// <summary>An answer in which placeholders must be restored is read whole.</summary>
    private const int GuardedUpTo = 64 * 1024 * 1024;

    private const int KeptUpTo = 4 * 1024 * 1024;
    private const int TailBytes = 64 * 1024;
    private const int ReadSize = 4096;

    public async ValueTask<AttemptResult> RelayAsync(Exchange exchange, HttpResponseMessage response)
    {
        var body = exchange.AnswerBody;
        body.Clear();
        var length = response.Content.Headers.ContentLength;
        if (length is > 0 and <= WholeUpTo)
            body.Reserve((int)length + 1);
        await using var stream = await response.Content.ReadAsStreamAsync(exchange.Cancelled);
        var isWhole = false;
        var wholeUpTo = AnswerGuard.IsNeeded(exchange) ? GuardedUpTo : WholeUpTo;
        while (body.Length <= wholeUpTo)
        {
            var read = await stream.ReadAsync(body.GetMemory(length is null ? ReadSize : 1), exchange.Cancelled);
            if (exchange.UpstreamFirstByteAt == 0)
                exchange.UpstreamFirstByteAt = time.GetTimestamp();
            if (read == 0)
            {
                isWhole = true;
                break;
            }

            body.Advance(read);
        }

        await exchange.LeaveSocketsAsync();
        var encoded = response.Content.Headers.ContentEncoding.Count > 0;
        if (isWhole && !encoded && !formats.Wire(exchange.Target).TryReadAnswer(body.WrittenSpan, ref exchange.Answer))
            return AttemptResult.Final(Refusals.ProviderMalformed);
        exchange.UpstreamEndedAt = time.GetTimestamp();
        if (isWhole && !encoded && AnswerGuard.Inspect(exchange) is { } blocked)
            return AttemptResult.Final(blocked);
        body = exchange.AnswerBody;
        using var restored = isWhole && !encoded ? AnswerGuard.Restored(exchange, body.WrittenSpan) : null;
        var answer = restored ?? body;
        WriteHead(exchange, response, isWhole ? answer.Length : length);
        exchange.ClientFirstByteAt = time.GetTimestamp();
        await exchange.Http.Response.BodyWriter.WriteAsync(answer.Written, exchange.Cancelled);
        exchange.AnswerBytes = answer.Length;
        return isWhole ? AttemptResult.Answered : await StreamRestAsync(exchange, stream);
    }

    private static void WriteHead(Exchange exchange, HttpResponseMessage response, long? length)
    {
        var http = exchange.Http.Response;
        http.StatusCode = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType;
        exchange.AnswerContentType = type is null || string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase) ? "application/json" : type.ToString();
        http.ContentType = exchange.AnswerContentType;
        http.ContentLength = length;
        if (response.Content.Headers.ContentEncoding.Count > 0)
            http.Headers.ContentEncoding = string.Join(", ", response.Content.Headers.ContentEncoding);
        AnswerHead.Write(exchange);
    }

    private async ValueTask<AttemptResult> StreamRestAsync(Exchange exchange, Stream stream)
    {
        var body = exchange.AnswerBody;
        var writer = exchange.Http.Response.BodyWriter;
        using var tail = new Capture.PooledBuffer();
        try
        {
            while (true)
            {
                var memory = writer.GetMemory(ReadSize);
                var read = await stream.ReadAsync(memory, exchange.Cancelled);
                if (read == 0)
                    break;
                exchange.AnswerBytes += read;
                if (body.Length < KeptUpTo)
                    body.Append(memory.Span[..read]);
                else
                    exchange.AnswerIsTruncated = true;
                if (tail.Length + read > TailBytes && tail.Length > TailBytes / 2)
                    tail.Consume(tail.Length - (TailBytes / 2));
                tail.Append(memory.Span[..read]);
                writer.Advance(read);
                await writer.FlushAsync(exchange.Cancelled);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !exchange.ClientIsGone)
        {
            // The length that was announced will not be reached: only a broken connection tells the client.
            exchange.Http.Abort();
            return AttemptResult.Final(Refusals.ProviderBroke);
        }

        exchange.Answer.Usage = formats.Client(exchange.Target).ReadUsageFromTail(tail.WrittenSpan);
        return AttemptResult.Answered;
    }
}
