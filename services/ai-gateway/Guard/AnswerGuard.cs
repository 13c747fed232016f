using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>What relays ask of the guard: answers as their clients must see them.</summary>
internal static class AnswerGuard
{
    public static bool IsNeeded(Exchange exchange) => exchange.Guarded is { NeedsTheAnswer: true };

    /// <summary>A JSON answer as its client must see it; null when that is as it is.</summary>
    public static PooledBuffer? Restored(Exchange exchange, ReadOnlySpan<byte> json)
    {
        if (exchange.Guarded?.Restorer is not { } restorer)
            return null;
        var output = new PooledBuffer();
        try
        {
            if (RestoreVisitor.Restore(json, TextShapes.Answer(FormatOf(exchange)), restorer, output))
                return output;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A stream written as one, or half an answer: it stays as it is.
        }

        output.Dispose();
        return null;
    }

    /// <summary>A whole stream of events as its client must see it; null when that is as it is.</summary>
    public static PooledBuffer? RestoredEvents(Exchange exchange, ReadOnlySpan<byte> events)
    {
        if (exchange.Guarded is not { NeedsTheAnswer: true } guarded || EventTexts.Of(FormatOf(exchange)) is not { } texts)
            return null;
        var output = new PooledBuffer();
        using var guard = new StreamGuard(guarded, texts);
        for (var splitter = new SseSplitter(); splitter.TryNext(events, out var length); events = events[length..])
            guard.Pass(events[..length], output);
        guard.Flush(output);
        return output;
    }

    public static StreamPassage Around(Exchange exchange, StreamPassage passage) =>
        exchange.Guarded is { NeedsTheAnswer: true } guarded && EventTexts.Of(FormatOf(exchange)) is { } texts ? new GuardedPassage(passage, new StreamGuard(guarded, texts)) : passage;

    /// <summary>Looks at the answer that is in <see cref="Exchange.AnswerBody"/>, whole, and takes out of it what rules forbid; a refusal when one of them forbids it all.</summary>
    public static Refusal? Inspect(Exchange exchange)
    {
        if (exchange.Guarded is not { Rules.Output.Length: > 0 } guarded)
            return null;
        try
        {
            LookAtThoughts(exchange, guarded);
            Redact(exchange, guarded.Rules.Output, guarded.Hits);
        }
        catch (GuardBudgetException)
        {
            return Refusals.GuardUnavailable;
        }

        return Blocked(exchange);
    }

    public static Refusal? Blocked(Exchange exchange) => exchange.Guarded?.Hits.BlockedBy is { } rule ? Refusals.ContentBlocked(rule.Name) : null;

    /// <summary>What is kept of a stream says no more than its client was told. Its hits have been counted.</summary>
    public static void RedactKept(Exchange exchange)
    {
        if (exchange.AnswerBody.Length > 0 && exchange.Guarded?.Rules.Forbidden is { Length: > 0 } rules)
            Redact(exchange, rules, new GuardHits(), RegexBudget.Unbounded());
    }

    private static void Redact(Exchange exchange, ContentRule[] rules, GuardHits hits, RegexBudget? budget = null)
    {
        if (TextShapes.Answer(FormatOf(exchange)) is not { } shape)
            return;
        var visitor = new RedactionVisitor(new TextInspector(PiiScanner.Off, rules, hits, budget));
        var answer = exchange.AnswerBody.WrittenSpan;
        try
        {
            TextWalk.Run(answer, shape, visitor);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half an answer.
        }

        if (visitor.Texts is not { } texts)
            return;
        var output = new PooledBuffer();
        RawEdits.Apply(answer, [.. RedactedText.Rewrite(answer, texts, new Placeholders(""))], output);
        exchange.ReplaceAnswer(output);
    }

    /// <summary>Rules that change nothing see them too: what a client is shown it has been told.</summary>
    private static void LookAtThoughts(Exchange exchange, GuardedCall guarded)
    {
        var rules = guarded.Rules.Output.Where(static rule => rule.Action != RuleAction.Redact).ToArray();
        if (rules.Length == 0 || TextShapes.Thoughts(FormatOf(exchange)) is not { } shape)
            return;
        try
        {
            TextWalk.Run(exchange.AnswerBody.WrittenSpan, shape, new RedactionVisitor(new TextInspector(PiiScanner.Off, rules, guarded.Hits)));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half an answer.
        }
    }

    private static WireFormat FormatOf(Exchange exchange) => ((ICallSurface)exchange.Surface).Format;
}
