using System.Globalization;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Writes a refusal as the answer, in the surface's shape.</summary>
internal static class ErrorAnswer
{
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
        exchange.Surface.Errors.Write(exchange.AnswerBody, refusal);
        exchange.AnswerContentType = "application/json";
        exchange.AnswerBytes = exchange.AnswerBody.Length;
        response.ContentType = exchange.AnswerContentType;
        response.ContentLength = exchange.AnswerBody.Length;
        await response.BodyWriter.WriteAsync(exchange.AnswerBody.Written, exchange.Cancelled);
    }
}
