using System.Buffers;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>What to do with an event that has been read.</summary>
internal enum EventFate
{
    Pass,

    /// <summary>The client did not ask for it.</summary>
    Hide,
}

/// <summary>Follows the events of one stream: usage, finish reason, the assembled answer. One caller at a time; dispose returns its memory.</summary>
internal abstract class AnswerStream : IDisposable
{
    public AnswerFacts Facts;

    /// <summary>The stream said itself that it is over.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>The stream carried an error of the provider.</summary>
    public ProviderFault? Fault { get; protected set; }

    /// <summary>Bytes of text that the answer holds so far; tokens are estimated from it when the provider reports none.</summary>
    public abstract long TextBytes { get; }

    /// <summary>The assembled answer does not hold everything: it grew too large.</summary>
    public abstract bool IsTruncated { get; }

    /// <summary>Takes the <c>data</c> of one event.</summary>
    public abstract EventFate Observe(ReadOnlySpan<byte> data);

    /// <summary>Writes what was seen as the answer that a client without streaming would have got.</summary>
    public abstract void WriteAssembled(IBufferWriter<byte> output);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
