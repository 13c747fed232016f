using System.Buffers;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>A passage whose events the guard has its hand in before they reach the client. What is observed is what they were before.</summary>
internal sealed class GuardedPassage(StreamPassage inner, StreamGuard guard) : StreamPassage(inner.Observer)
{
    private readonly PooledBuffer _events = new();

    public override ProviderFault? Fault => inner.Fault;

    public override bool FaultIsPassed => inner.FaultIsPassed;

    public override bool IsComplete => inner.IsComplete;

    public override AnswerFacts Facts => inner.Facts;

    public override long TextBytes => inner.TextBytes;

    public override Refusal? Stopped => guard.BlockedBy is { } rule ? Refusals.ContentBlocked(rule.Name) : null;

    public override void Take(PooledBuffer pending, PooledBuffer output)
    {
        try
        {
            inner.Take(pending, _events);
        }
        finally
        {
            Pass(output);
        }
    }

    public override void End(PooledBuffer rest, PooledBuffer output)
    {
        inner.End(rest, _events);
        Pass(output);
        if (_events.Length > 0)
            guard.Pass(_events.WrittenSpan, output);
        _events.Clear();
        guard.Flush(output);
    }

    public override void WriteFault(Refusal refusal, IBufferWriter<byte> output)
    {
        using var fault = new PooledBuffer();
        using var sent = new PooledBuffer();
        guard.Flush(sent);
        inner.WriteFault(refusal, fault);
        guard.PassLast(fault.WrittenSpan, sent);
        output.Write(sent.WrittenSpan);
    }

    protected override void Release()
    {
        inner.Dispose();
        guard.Dispose();
        _events.Dispose();
    }

    private void Pass(PooledBuffer output)
    {
        var splitter = new SseSplitter();
        var consumed = 0;
        while (splitter.TryNext(_events.WrittenSpan[consumed..], out var length))
        {
            guard.Pass(_events.WrittenSpan.Slice(consumed, length), output);
            consumed += length;
        }

        _events.Consume(consumed);
    }
}
