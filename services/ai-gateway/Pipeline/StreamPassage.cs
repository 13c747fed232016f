using System.Buffers;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>What happens to one stream between the provider's bytes and the client's. One caller at a time; dispose returns its memory.</summary>
internal abstract class StreamPassage(AnswerStream observer) : IDisposable
{
    protected PooledBuffer Scratch { get; } = new();

    /// <summary>Follows what the client is sent.</summary>
    public AnswerStream Observer => observer;

    /// <summary>The provider's error inside the stream.</summary>
    public virtual ProviderFault? Fault => observer.Fault;

    /// <summary>The client has the provider's error already, in its own words.</summary>
    public abstract bool FaultIsPassed { get; }

    /// <summary>Why nothing more of it may be sent; null while nothing is against it.</summary>
    public virtual Refusal? Stopped => null;

    /// <summary>The stream said itself that it is over, or why the answer ended.</summary>
    public abstract bool IsComplete { get; }

    public abstract AnswerFacts Facts { get; }

    public abstract long TextBytes { get; }

    /// <summary>Takes every whole event out of <paramref name="pending"/>, and writes what the client gets for them.</summary>
    public abstract void Take(PooledBuffer pending, PooledBuffer output);

    /// <summary>The provider's bytes have ended; <paramref name="rest"/> is what no empty line followed.</summary>
    public abstract void End(PooledBuffer rest, PooledBuffer output);

    /// <summary>Tells the client, in its own language, that no more will come.</summary>
    public abstract void WriteFault(Refusal refusal, IBufferWriter<byte> output);

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    protected virtual void Release()
    {
        Observer.Dispose();
        Scratch.Dispose();
    }
}

/// <summary>The same format on both sides: whole events, bytes untouched.</summary>
internal sealed class PassThroughPassage(AnswerStream observer, Surfaces.IErrorShape errors, string requestId) : StreamPassage(observer)
{
    private SseSplitter _splitter;

    public override bool FaultIsPassed => Fault is not null;

    public override bool IsComplete => Observer.IsComplete || Observer.Facts.FinishReason is not null;

    public override AnswerFacts Facts => Observer.Facts;

    public override long TextBytes => Observer.TextBytes;

    public override void Take(PooledBuffer pending, PooledBuffer output)
    {
        var consumed = 0;
        while (_splitter.TryNext(pending.WrittenSpan[consumed..], out var length))
        {
            Pass(pending.WrittenSpan.Slice(consumed, length), output);
            consumed += length;
        }

        pending.Consume(consumed);
    }

    public override void End(PooledBuffer rest, PooledBuffer output) => Pass(rest.WrittenSpan, output);

    public override void WriteFault(Refusal refusal, IBufferWriter<byte> output) => errors.WriteEvent(output, refusal, requestId);

    private void Pass(ReadOnlySpan<byte> sseEvent, PooledBuffer output)
    {
        var data = SseData.Of(sseEvent, Scratch);
        if (data.IsEmpty || Observer.Observe(data) == EventFate.Pass)
            output.Append(sseEvent);
    }
}

/// <summary>Another format on the provider's side: its events are read, the client's are written, and what is written is observed.</summary>
internal sealed class ConvertedPassage(AnswerStream observer, IAnswerEventReader reader, IAnswerEventWriter writer) : StreamPassage(observer)
{
    private readonly List<AnswerEvent> _events = [];
    private AnswerFacts _facts;
    private ProviderFault? _fault;
    private long _textBytes;
    private bool _started;
    private bool _finished;

    public override ProviderFault? Fault => _fault;

    public override bool FaultIsPassed => false;

    public override bool IsComplete => _finished || reader.IsComplete;

    public override AnswerFacts Facts => _facts;

    public override long TextBytes => _textBytes;

    public override void Take(PooledBuffer pending, PooledBuffer output)
    {
        var consumed = 0;
        while (_fault is null && reader.Framing.TryNext(pending.WrittenSpan[consumed..], out var length))
        {
            Read(pending.WrittenSpan.Slice(consumed, length), output);
            consumed += length;
        }

        pending.Consume(consumed);
    }

    public override void End(PooledBuffer rest, PooledBuffer output)
    {
        if (rest.Length > 0 && reader.Framing is SseFraming)
            Read(rest.WrittenSpan, output);
        if (_fault is not null)
            return;
        reader.End(_events);
        Write(output);
        if (!IsComplete)
            return;
        var start = output.Length;
        writer.WriteEnd(output);
        Observe(output.WrittenSpan[start..]);
    }

    public override void WriteFault(Refusal refusal, IBufferWriter<byte> output) => writer.WriteFault(refusal, output);

    private void Read(ReadOnlySpan<byte> whole, PooledBuffer output)
    {
        reader.Framing.Open(whole, Scratch, out var name, out var data);
        if (!data.IsEmpty)
            reader.Read(name, data, _events);
        else if (_started && whole[0] == (byte)':')
            _events.Add(Pinged.Instance); // a comment, so that nobody takes the silence for an end
        Write(output);
    }

    private void Write(PooledBuffer output)
    {
        var start = output.Length;
        foreach (var answerEvent in _events)
        {
            Account(answerEvent);
            if (_fault is not null)
                break;
            writer.Write(answerEvent, output);
        }

        _events.Clear();
        Observe(output.WrittenSpan[start..]);
    }

    private void Account(AnswerEvent answerEvent)
    {
        switch (answerEvent)
        {
            case AnswerStarted:
                _started = true;
                break;
            case UsageReported usage:
                _facts.Usage = usage.Usage;
                break;
            case Finished { Choice: 0 } finished:
                _facts.FinishReason = finished.Finish.Raw;
                _finished = true;
                break;
            case BlockDelta delta:
                _textBytes += System.Text.Encoding.UTF8.GetByteCount(delta.Text);
                break;
            case Faulted faulted:
                _fault = faulted.Fault;
                break;
        }
    }

    private void Observe(ReadOnlySpan<byte> written)
    {
        var splitter = new SseSplitter();
        while (splitter.TryNext(written, out var length))
        {
            var data = SseData.Of(written[..length], Scratch);
            if (!data.IsEmpty)
                Observer.Observe(data);
            written = written[length..];
        }
    }
}
