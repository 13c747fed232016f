using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>All that is done to the events of one stream: they are looked at, what rules forbid is taken out, and placeholders are restored. One caller at a time.</summary>
internal sealed class StreamGuard : IDisposable
{
    private readonly GuardedCall _call;
    private readonly StreamInspector? _inspector;
    private readonly StreamRewriter? _redactor;
    private readonly StreamRewriter? _restorer;
    private readonly EventTexts _texts;
    private readonly SequenceNumbers? _numbers;
    private readonly PooledBuffer _between = new();

    public StreamGuard(GuardedCall call, EventTexts texts)
    {
        _call = call;
        _texts = texts;
        _numbers = texts.AreNumbered ? new SequenceNumbers() : null;
        var redacting = call.Rules.Output.Where(static rule => rule.Action == RuleAction.Redact).ToArray();
        var others = call.Rules.Output.Where(static rule => rule.Action != RuleAction.Redact).ToArray();
        _inspector = others.Length > 0 ? new StreamInspector(others, texts, call.Hits) : null;
        _redactor = redacting.Length > 0 ? new StreamRewriter(new OutputRedactor(redacting, call.Hits), texts) : null;
        _restorer = call.Restorer is { } restorer ? new StreamRewriter(restorer, texts) : null;
    }

    /// <summary>The rule that ends the stream here.</summary>
    public ContentRule? BlockedBy => _call.Hits.BlockedBy;

    /// <summary>Takes one whole event; nothing is written for one that a rule blocks, nor for those behind it.</summary>
    public void Pass(ReadOnlySpan<byte> sseEvent, PooledBuffer output)
    {
        _inspector?.Look(sseEvent);
        if (BlockedBy is not null)
            return;
        var start = output.Length;
        if (_redactor is null)
        {
            Restore(sseEvent, output);
        }
        else
        {
            _redactor.Pass(sseEvent, _between);
            RestoreAll(output);
        }

        _numbers?.Sent(output.WrittenSpan[start..]);
    }

    /// <summary>Writes what is held back.</summary>
    public void Flush(PooledBuffer output)
    {
        if (BlockedBy is not null)
            return;
        var start = output.Length;
        _redactor?.Flush(_between);
        RestoreAll(output);
        _restorer?.Flush(output);
        _numbers?.Sent(output.WrittenSpan[start..]);
    }

    /// <summary>
    /// Takes the events that tell the client that no more will come. They may repeat what was said: nothing that a rule forbids may be in them, and nothing can
    /// be blocked any more.
    /// </summary>
    public void PassLast(ReadOnlySpan<byte> events, PooledBuffer output)
    {
        using var redactor = _call.Rules.Forbidden is { Length: > 0 } forbidden ? new StreamRewriter(new OutputRedactor(forbidden, new GuardHits()), _texts) : null;
        using var redacted = new PooledBuffer();
        using var restored = new PooledBuffer();
        for (var splitter = new SseSplitter(); splitter.TryNext(events, out var length); events = events[length..])
        {
            redacted.Clear();
            if (redactor is null)
                redacted.Append(events[..length]);
            else
                redactor.Pass(events[..length], redacted);
            restored.Clear();
            Restore(redacted.WrittenSpan, restored);
            if (_numbers is null)
                output.Append(restored.WrittenSpan);
            else
                _numbers.Write(restored.WrittenSpan, output);
        }
    }

    public void Dispose()
    {
        _inspector?.Dispose();
        _redactor?.Dispose();
        _restorer?.Dispose();
        _between.Dispose();
    }

    private void RestoreAll(PooledBuffer output)
    {
        var events = _between.WrittenSpan;
        for (var splitter = new SseSplitter(); splitter.TryNext(events, out var length); events = events[length..])
            Restore(events[..length], output);
        if (!events.IsEmpty)
            Restore(events, output);
        _between.Clear();
    }

    private void Restore(ReadOnlySpan<byte> sseEvent, PooledBuffer output)
    {
        if (_restorer is null)
            output.Append(sseEvent);
        else
            _restorer.Pass(sseEvent, output);
    }
}
