using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AiGateway.Accounting;

/// <summary>
/// What a call is likely to use, and what it cannot exceed. The likely figure is good enough for soft limits; strict ones reserve the other: a token is at
/// least a byte of what was sent, and where parts are only named (media by address, earlier turns), the model's context window holds all of them.
/// </summary>
internal static class CallBound
{
    /// <summary>Whatever these bring into the prompt is not in the request's bytes. That a text mentions one only makes the bound wider.</summary>
    private static readonly byte[][] s_references = [.. new[] { "\"image", "\"input_image", "\"file", "\"input_file", "\"document", "\"input_audio" }.Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <summary>Tools that run at the provider: they are paid for by the use, so nothing bounds them.</summary>
    private static readonly byte[][] s_serverTools =
        [.. new[] { "\"web_search", "\"code_interpreter", "\"file_search", "\"computer_use", "\"code_execution", "\"image_generation" }.Select(System.Text.Encoding.UTF8.GetBytes)];

    public static Usage Likely(Exchange exchange)
    {
        var model = exchange.Model!;
        var likely = new TokenUsage(TokenUsage.Tokens(exchange.Body.Length), (long)exchange.Facts.MaxTokens * Math.Max(1, exchange.Facts.Choices), 0, 0, 0);
        var prices = exchange.Candidates.Count > 0 ? exchange.Candidates[0].Prices : null;
        return UsageOf(model, likely, prices?.Cost(likely));
    }

    /// <summary>Null: nobody knows.</summary>
    public static Usage? Most(Exchange exchange)
    {
        var model = exchange.Model!;
        var body = exchange.Body.WrittenSpan;
        var answer = LongestAnswer(exchange.Facts.MaxTokens, model.MaxOutputTokens);
        if (answer == 0 || ContainsAny(body, s_serverTools))
            return null;
        long input = body.Length;
        if (exchange.Recalled is not null || ContainsAny(body, s_references))
        {
            if (model.ContextWindow <= 0)
                return null;
            input = Math.Max(input, model.ContextWindow);
        }

        var most = new TokenUsage(input, answer * Math.Max(1, exchange.Facts.Choices), 0, 0, 0);
        decimal? dearest = 0;
        foreach (var candidate in exchange.Candidates)
            dearest = candidate.Prices is { } prices && dearest is { } so ? Math.Max(so, prices.HighestCost(most.Input, most.Output)) : null;
        return UsageOf(model, most, exchange.Candidates.Count == 0 ? null : dearest);
    }

    private static long LongestAnswer(long asked, long possible) => asked <= 0 ? Math.Max(0, possible) : possible <= 0 ? asked : Math.Min(asked, possible);

    private static bool ContainsAny(ReadOnlySpan<byte> body, byte[][] names)
    {
        foreach (var name in names)
        {
            if (body.IndexOf(name) >= 0)
                return true;
        }

        return false;
    }

    private static Usage UsageOf(ModelEntry model, in TokenUsage tokens, decimal? cost) => new()
    {
        InputTokens = tokens.Input,
        OutputTokens = tokens.Output,
        WeightedTokens = model.Weighted(tokens),
        UsdMicros = cost is { } known ? Micros(known) : 0,
        Unpriced = cost is null,
    };

    public static long Micros(decimal usd) => (long)Math.Ceiling(usd * 1_000_000m);
}
