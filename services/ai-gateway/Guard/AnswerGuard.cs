using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>What relays ask of the guard: answers as their clients must see them.</summary>
internal static class AnswerGuard
{
    public static bool IsNeeded(Exchange exchange) => exchange.Guarded?.Restorer is not null;

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
        if (exchange.Guarded?.Restorer is not { } restorer || !restorer.MayBeIn(events) || EventTexts.Of(FormatOf(exchange)) is not { } texts)
            return null;
        var output = new PooledBuffer();
        using var streams = new StreamRestorer(restorer, texts);
        var splitter = new SseSplitter();
        while (splitter.TryNext(events, out var length))
        {
            streams.Pass(events[..length], output);
            events = events[length..];
        }

        output.Append(events);
        return output;
    }

    public static StreamPassage Around(Exchange exchange, StreamPassage passage) =>
        exchange.Guarded?.Restorer is { } restorer && EventTexts.Of(FormatOf(exchange)) is { } texts ? new RestoringPassage(passage, new StreamRestorer(restorer, texts)) : passage;

    private static WireFormat FormatOf(Exchange exchange) => ((ICallSurface)exchange.Surface).Format;
}
