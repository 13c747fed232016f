using ThinkWatch.AiGateway.Accounting.Tokens;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Accounting;

/// <summary>How a call went, in numbers. Made once, when it has ended.</summary>
internal readonly record struct CallFigures
{
    public required int Status { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>Null when no provider was called.</summary>
    public required TokenUsage? Usage { get; init; }

    /// <summary><c>upstream</c>, <c>estimated</c> or <c>none</c>.</summary>
    public required string UsageSource { get; init; }

    public required long WeightedTokens { get; init; }

    /// <summary>Null when unknown; never zero for that reason.</summary>
    public required decimal? CostUsd { get; init; }

    public required TimeSpan Latency { get; init; }

    public required TimeSpan UpstreamFirstByte { get; init; }

    public required TimeSpan ClientFirstByte { get; init; }

    /// <summary>What the gateway itself added: before the call left and after the answer came.</summary>
    public required TimeSpan Overhead { get; init; }

    public static CallFigures Of(Exchange exchange, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var (usage, source) = Used(exchange);
        return new CallFigures
        {
            Status = StatusOf(exchange),
            Outcome = exchange.Refusal?.Outcome ?? (exchange.Cached is null ? Outcome.Ok : Outcome.Cached),
            Usage = usage,
            UsageSource = source,
            WeightedTokens = usage is { } used && exchange.Model is { } model ? model.Weighted(used) : 0,
            CostUsd = usage is { } priced ? exchange.Chosen?.Prices?.Cost(priced) : null,
            Latency = time.GetElapsedTime(exchange.StartedAt, now),
            UpstreamFirstByte = Between(time, exchange.UpstreamStartedAt, exchange.UpstreamFirstByteAt),
            ClientFirstByte = Between(time, exchange.StartedAt, exchange.ClientFirstByteAt),
            Overhead = OverheadOf(exchange, time, now),
        };
    }

    /// <summary>What was sent, or 499 where there was nobody to send it to. A stream that broke after its 200 counts as what broke it.</summary>
    private static int StatusOf(Exchange exchange) => exchange.Refusal?.Status ?? exchange.Http.Response.StatusCode;

    private static (TokenUsage? Usage, string Source) Used(Exchange exchange)
    {
        if (exchange.Answer.Usage is { } reported)
            return CutShort(exchange, reported) is { } seen ? (seen, "estimated") : (reported, "upstream");

        // A refusal before the first byte of an answer costs nothing, whoever refused.
        if (exchange.Chosen is null || exchange.ClientFirstByteAt == 0)
            return (null, "none");
        return (Estimate(exchange), "estimated");
    }

    /// <summary>Of a stream that never came to its end some providers have told no more than how it began: what was seen since counts. Null: they told all.</summary>
    private static TokenUsage? CutShort(Exchange exchange, in TokenUsage reported)
    {
        if (!exchange.Facts.Stream || exchange.Refusal is null || exchange.Answer.FinishReason is not null || exchange.ClientFirstByteAt == 0)
            return null;
        var seen = EstimateOutput(exchange, TokenCounter.EncodingOf(exchange.Chosen!.UpstreamModel));
        return seen > reported.Output ? reported with { Output = seen } : null;
    }

    private static TokenUsage Estimate(Exchange exchange)
    {
        var encoding = TokenCounter.EncodingOf(exchange.Chosen!.UpstreamModel);
        return new TokenUsage(BodyTokens.OfRequest(exchange.Body.WrittenSpan, encoding), EstimateOutput(exchange, encoding), 0, 0, 0);
    }

    private static long EstimateOutput(Exchange exchange, TokenEncoding encoding)
    {
        var output = exchange.AnswerIsTruncated ? 0 : BodyTokens.OfAnswer(exchange.AnswerBody.WrittenSpan, encoding);

        // Too large to be kept, or nothing that can be read: by its size.
        if (exchange.AnswerIsTruncated || (output == 0 && exchange.AnswerTextBytes > 0))
            output = TokenUsage.Tokens(exchange.AnswerTextBytes > 0 ? exchange.AnswerTextBytes : exchange.AnswerBytes);
        return output;
    }

    private static TimeSpan OverheadOf(Exchange exchange, TimeProvider time, long now)
    {
        if (exchange.UpstreamStartedAt == 0)
            return time.GetElapsedTime(exchange.StartedAt, now);
        var before = time.GetElapsedTime(exchange.StartedAt, exchange.UpstreamStartedAt);
        return exchange.UpstreamEndedAt == 0 ? before : before + time.GetElapsedTime(exchange.UpstreamEndedAt, now);
    }

    private static TimeSpan Between(TimeProvider time, long from, long to) => from == 0 || to == 0 ? TimeSpan.Zero : time.GetElapsedTime(from, to);
}
