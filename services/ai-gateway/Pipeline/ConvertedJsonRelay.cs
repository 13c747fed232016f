using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Reads a provider's whole answer and writes the client's. Nothing reaches the client before the answer has been understood.</summary>
internal sealed class ConvertedJsonRelay(TimeProvider time)
{
    private const int LargestAnswer = 64 * 1024 * 1024;
    private const int ReadSize = 4096;

    public async ValueTask<AttemptResult> RelayAsync(Exchange exchange, IConversion conversion, HttpResponseMessage response)
    {
        using var answer = new PooledBuffer();
        if (!await ReadAsync(exchange, response, answer))
            return AttemptResult.Final(Refusals.ProviderMalformed);
        exchange.UpstreamEndedAt = time.GetTimestamp();
        exchange.AnswerBody.Clear();
        await InlineSockets.LeaveAsync(answer.Length);
        var stream = exchange.Facts.Stream;
        try
        {
            if (stream)
                conversion.StreamAnswer(answer.Written, exchange.AnswerBody, ref exchange.Answer);
            else
                conversion.ConvertAnswer(answer.Written, exchange.AnswerBody, ref exchange.Answer);
        }
        catch (JsonException)
        {
            return AttemptResult.Final(Refusals.ProviderMalformed);
        }

        if (!stream && AnswerGuard.Inspect(exchange) is { } refusal)
            return AttemptResult.Final(refusal);
        using var restored = stream ? AnswerGuard.RestoredEvents(exchange, exchange.AnswerBody.WrittenSpan) : AnswerGuard.Restored(exchange, exchange.AnswerBody.WrittenSpan);
        if (AnswerGuard.Blocked(exchange) is { } blocked)
            return AttemptResult.Final(blocked);
        var sent = restored ?? exchange.AnswerBody;
        if (exchange.Keeping is { } keeping)
            await keeping;
        WriteHead(exchange, stream, sent.Length);
        exchange.ClientFirstByteAt = time.GetTimestamp();
        exchange.AnswerBytes = sent.Length;
        await exchange.Http.Response.BodyWriter.WriteAsync(sent.Written, exchange.Cancelled);
        return AttemptResult.Answered;
    }

    /// <summary>False: it is larger than any answer can be.</summary>
    private async ValueTask<bool> ReadAsync(Exchange exchange, HttpResponseMessage response, PooledBuffer answer)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(exchange.Cancelled);
        while (answer.Length <= LargestAnswer)
        {
            var read = await stream.ReadAsync(answer.GetMemory(ReadSize), exchange.Cancelled);
            if (exchange.UpstreamFirstByteAt == 0)
                exchange.UpstreamFirstByteAt = time.GetTimestamp();
            if (read == 0)
                return true;
            answer.Advance(read);
        }

        return false;
    }

    private static void WriteHead(Exchange exchange, bool stream, int length)
    {
        var http = exchange.Http.Response;
        http.StatusCode = StatusCodes.Status200OK;
        http.ContentType = exchange.AnswerContentType = stream ? StreamRelay.ContentType : "application/json";
        http.ContentLength = length;
        AnswerHead.Write(exchange);
    }
}
