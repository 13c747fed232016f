using System.Buffers;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>A passage whose events reach the client with their placeholders restored. What is observed, and so kept for the row, is what it was before.</summary>
internal sealed class RestoringPassage(StreamPassage inner, StreamRestorer restorer) : StreamPassage(inner.Observer)
{
    private readonly PooledBuffer _events = new();

    public override ProviderFault? Fault => inner.Fault;

    public override bool FaultIsPassed => inner.FaultIsPassed;

    public override bool IsComplete => inner.IsComplete;

    public override AnswerFacts Facts => inner.Facts;

    public override long TextBytes => inner.TextBytes;

    public override void Take(PooledBuffer pending, PooledBuffer output)
    {
        inner.Take(pending, _events);
        Pass(output);
    }

    public override void End(PooledBuffer rest, PooledBuffer output)
    {
        inner.End(rest, _events);
        Pass(output);
        if (_events.Length > 0)
            restorer.Pass(_events.WrittenSpan, output);
        _events.Clear();
        restorer.Flush(output);
    }

    public override void WriteFault(Refusal refusal, IBufferWriter<byte> output)
    {
        using var held = new PooledBuffer();
        restorer.Flush(held);
        output.Write(held.WrittenSpan);
        inner.WriteFault(refusal, output);
    }

    protected override void Release()
    {
        inner.Dispose();
        restorer.Dispose();
        _events.Dispose();
    }

    private void Pass(PooledBuffer output)
    {
        var splitter = new SseSplitter();
        var consumed = 0;
        while (splitter.TryNext(_events.WrittenSpan[consumed..], out var length))
        {
            restorer.Pass(_events.WrittenSpan.Slice(consumed, length), output);
            consumed += length;
        }

        _events.Consume(consumed);
    }
}
