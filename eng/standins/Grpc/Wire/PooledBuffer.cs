using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>A growing array of the shared pool. One instance a thread is reused; what it wrote is taken out as a segment.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>
{
    [ThreadStatic]
    private static PooledBuffer? t_idle;

    private byte[] _array = [];
    private int _count;

    /// <summary>One framed message in a rented array, which the caller gives back to <see cref="ArrayPool{T}.Shared"/>.</summary>
    public static ArraySegment<byte> Serialize<T>(Marshaller<T> marshaller, T message, int? maxSize)
    {
        var buffer = t_idle ?? new PooledBuffer();
        t_idle = null;
        try
        {
            PayloadWriter.Write(marshaller, message, buffer, maxSize);
            return new ArraySegment<byte>(buffer._array, 0, buffer._count);
        }
        finally
        {
            buffer._array = [];
            buffer._count = 0;
            t_idle = buffer;
        }
    }

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _array.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _array.AsSpan(_count);
    }

    public void Reserve(int size)
    {
        if (_array.Length - _count >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + size, _array.Length * 2));
        _array.AsSpan(0, _count).CopyTo(larger);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
