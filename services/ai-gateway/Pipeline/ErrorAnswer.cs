using System.Globalization;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Writes a refusal as the answer, in the surface's shape.</summary>
internal static class ErrorAnswer
{
    private const int DrainedByServer = 64 * 1024;
    private const long DrainAtMost = 256L * 1024 * 1024;
    private static readonly TimeSpan s_drainFor = TimeSpan.FromSeconds(5);

    public static async ValueTask WriteAsync(Exchange exchange, Refusal refusal)
    {
        var response = exchange.Http.Response;
        response.StatusCode = refusal.Status;
        if (refusal.RetryAfterSeconds >= 0)
            response.Headers.RetryAfter = refusal.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        if (refusal.DoNotRetry)
            response.Headers["x-should-retry"] = "false";
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        exchange.AnswerBody.Clear();
        ErrorShape.Of(exchange).Write(exchange.AnswerBody, refusal, exchange.IdText);
        exchange.AnswerContentType = "application/json";
        exchange.AnswerBytes = exchange.AnswerBody.Length;
        response.ContentType = exchange.AnswerContentType;
        response.ContentLength = exchange.AnswerBody.Length;
        var unread = LeavesBodyUnread(exchange);
        if (unread)
            response.Headers.Connection = "close";

        // Not the exchange's own token: a deadline that has passed has cancelled that, and this is how the client hears of it.
        await response.BodyWriter.WriteAsync(exchange.AnswerBody.Written, exchange.Http.RequestAborted);
        if (unread)
            await DrainAsync(exchange.Http);
    }

    /// <summary>
    /// Most clients read the answer when they have sent everything; a connection that is closed before that is reset, and the answer lost with it.
    /// What is read here is thrown away at once.
    /// </summary>
    private static async ValueTask DrainAsync(HttpContext http)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(s_drainFor);
        try
        {
            var drained = 0L;
            while (drained < DrainAtMost)
            {
                var result = await http.Request.BodyReader.ReadAsync(patience.Token);
                drained += result.Buffer.Length;
                http.Request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The answer was sent; whether the rest of the request comes is the client's affair.
        }
    }

    /// <summary>The server gives up on a long rest, closing the connection: the client must know, or its next request dies on it.</summary>
    private static bool LeavesBodyUnread(Exchange exchange)
    {
        var request = exchange.Http.Request;
        if (request.Headers.Expect.Count > 0)
            return false; // It waits to be asked for the body, and never is.
        return !exchange.BodyIsRead && (request.ContentLength > DrainedByServer || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0));
    }
}
