using System.Buffers;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>Growing bytes in rented memory. One user at a time; dispose returns the memory, and nothing may hold on to it then.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int Smallest = 1024;

    private byte[] _bytes = [];
    private int _length;

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _length);

    public int Capacity => _bytes.Length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Makes room for that many more bytes at once.</summary>
    public void Reserve(int more)
    {
        var needed = _length + Math.Max(1, more);
        if (needed <= _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, Smallest), _bytes.Length < int.MaxValue / 2 ? _bytes.Length * 2 : needed));
        WrittenSpan.CopyTo(larger);
        Return();
        _bytes = larger;
    }

    /// <summary>Forgets the first bytes.</summary>
    public void Consume(int count)
    {
        _length -= count;
        _bytes.AsSpan(count, _length).CopyTo(_bytes);
    }

    public void Clear() => _length = 0;

    /// <summary>Gives the memory up without returning it to the pool: somebody may still read from it.</summary>
    public void Abandon()
    {
        _bytes = [];
        _length = 0;
    }

    public void Dispose()
    {
        Return();
        Abandon();
    }

    private void Return()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
    }
}
