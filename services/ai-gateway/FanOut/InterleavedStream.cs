using System.Buffers.Binary;
using System.Threading.Channels;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.FanOut;

/// <summary>
/// Several streams as one, event by event as they come: a byte that says whose event it is, four for its length, the event. As soon as one of them breaks so
/// does the whole. What is read ahead is bounded. One reader.
/// </summary>
internal sealed class InterleavedStream : Stream
{
    public const int HeadLength = 5;

    private const int ReadSize = 4096;
    private const int LargestEvent = 8 * 1024 * 1024;
    private const int EventsAhead = 16;

    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(EventsAhead) { SingleReader = true });
    private readonly Branches _branches;
    private ReadOnlyMemory<byte> _current;

    /// <param name="branches">Disposed with this.</param>
    public InterleavedStream(Branches branches, List<HttpResponseMessage> responses, Func<IEventFraming> framing)
    {
        _branches = branches;
        _ = PumpAsync(responses, framing, branches.Cancelled);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current.IsEmpty)
        {
            // Throws what one of the streams has thrown.
            if (!await _events.Reader.WaitToReadAsync(cancellationToken))
                return 0;
            if (_events.Reader.TryRead(out var next))
                _current = next;
        }

        var read = Math.Min(buffer.Length, _current.Length);
        _current[..read].CopyTo(buffer);
        _current = _current[read..];
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _branches.Dispose();
        base.Dispose(disposing);
    }

    private async Task PumpAsync(List<HttpResponseMessage> responses, Func<IEventFraming> framing, CancellationToken cancellationToken)
    {
        var pumps = responses.Select((response, branch) => PumpAsync(response, (byte)branch, framing(), cancellationToken)).ToList();
        try
        {
            await foreach (var ended in Task.WhenEach(pumps))
                await ended;
            _events.Writer.TryComplete();
        }
        catch (Exception exception)
        {
            // Whatever it was is the reader's to judge.
            _events.Writer.TryComplete(exception);
        }

        await Task.WhenAll(pumps).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task PumpAsync(HttpResponseMessage response, byte branch, IEventFraming framing, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var pending = new PooledBuffer();
        while (await stream.ReadAsync(pending.GetMemory(ReadSize), cancellationToken) is var read and > 0)
        {
            pending.Advance(read);
            while (framing.TryNext(pending.WrittenSpan, out var length))
            {
                await _events.Writer.WriteAsync(Event(branch, pending.WrittenSpan[..length], []), cancellationToken);
                pending.Consume(length);
            }

            if (pending.Length > LargestEvent)
                throw new InvalidDataException("An event is larger than any event can be.");
        }

        // The last event may lack its empty line.
        if (pending.Length > 0 && framing is SseFraming)
            await _events.Writer.WriteAsync(Event(branch, pending.WrittenSpan, "\n\n"u8), cancellationToken);
    }

    private static byte[] Event(byte branch, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end)
    {
        var made = new byte[HeadLength + bytes.Length + end.Length];
        made[0] = branch;
        BinaryPrimitives.WriteInt32LittleEndian(made.AsSpan(1), bytes.Length + end.Length);
        bytes.CopyTo(made.AsSpan(HeadLength));
        end.CopyTo(made.AsSpan(HeadLength + bytes.Length));
        return made;
    }
}
