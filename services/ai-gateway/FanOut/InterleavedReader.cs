using System.Buffers.Binary;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.FanOut;

/// <summary>Reads an <see cref="InterleavedStream"/>: each of its streams is one choice of the answer, and usage is that of all together.</summary>
internal sealed class InterleavedReader : IAnswerEventReader, IEventFraming
{
    private readonly IAnswerEventReader[] _readers;
    private readonly TokenUsage?[] _usage;
    private readonly bool[] _finished;
    private bool _started;
    private int _branch;

    public InterleavedReader(int count, Func<IAnswerEventReader> open)
    {
        _readers = [.. Enumerable.Range(0, count).Select(_ => open())];
        _usage = new TokenUsage?[count];
        _finished = new bool[count];
    }

    public bool IsComplete => Array.TrueForAll(_readers, static reader => reader.IsComplete);

    public IEventFraming Framing => this;

    public bool TryNext(ReadOnlySpan<byte> buffered, out int length)
    {
        length = 0;
        if (buffered.Length < InterleavedStream.HeadLength)
            return false;
        length = InterleavedStream.HeadLength + BinaryPrimitives.ReadInt32LittleEndian(buffered[1..]);
        return buffered.Length >= length;
    }

    public void Open(ReadOnlySpan<byte> whole, PooledBuffer scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        _branch = whole[0];
        _readers[_branch].Framing.Open(whole[InterleavedStream.HeadLength..], scratch, out name, out data);
    }

    /// <summary>Takes the event that was opened last.</summary>
    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        var before = events.Count;
        _readers[_branch].Read(name, data, events);
        Claim(_branch, events, before);
    }

    public void End(List<AnswerEvent> events)
    {
        for (var branch = 0; branch < _readers.Length; branch++)
        {
            var before = events.Count;
            _readers[branch].End(events);
            Claim(branch, events, before);
            if (!_finished[branch] && !_readers[branch].IsComplete)
                throw new InvalidDataException("One of the answers broke off.");
        }
    }

    private void Claim(int branch, List<AnswerEvent> events, int from)
    {
        for (var i = from; i < events.Count; i++)
        {
            switch (events[i])
            {
                case AnswerStarted when _started:
                    events.RemoveAt(i--);
                    break;
                case AnswerStarted:
                    _started = true;
                    break;
                case BlockStarted started:
                    events[i] = started with { Choice = branch };
                    break;
                case BlockDelta delta:
                    events[i] = delta with { Choice = branch };
                    break;
                case BlockSigned signed:
                    events[i] = signed with { Choice = branch };
                    break;
                case BlockCited cited:
                    events[i] = cited with { Choice = branch };
                    break;
                case BlockEnded ended:
                    events[i] = ended with { Choice = branch };
                    break;
                case LogprobsReported logprobs:
                    events[i] = logprobs with { Choice = branch };
                    break;
                case Finished finished:
                    _finished[branch] = true;
                    events[i] = finished with { Choice = branch };
                    break;
                case UsageReported usage:
                    _usage[branch] = usage.Usage;
                    events[i] = new UsageReported(TokenUsage.Sum(_usage));
                    break;
            }
        }
    }
}
