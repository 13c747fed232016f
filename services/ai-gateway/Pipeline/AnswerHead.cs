namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>The gateway's own headers on an answer.</summary>
internal static class AnswerHead
{
    public static void Write(Exchange exchange)
    {
        var headers = exchange.Http.Response.Headers;
        var candidate = exchange.Chosen!;
        headers["x-thinkwatch-provider"] = candidate.HeaderSafeProvider;
        headers["x-thinkwatch-model"] = candidate.HeaderSafeModel;
        if (exchange.Conversion is { Notes.IsEmpty: false } conversion)
            headers["x-thinkwatch-conversion"] = conversion.Notes.ToString();
    }
}
