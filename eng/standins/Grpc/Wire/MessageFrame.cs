using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The five bytes before a message: a compression flag and the length, big endian.</summary>
internal static class MessageFrame
{
    public const int HeaderSize = 5;

    public static void WriteHeader(Span<byte> destination, int length)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }

    /// <summary>The length of the message that follows; throws <see cref="RpcException"/> for one that is compressed or too large.</summary>
    public static int ReadHeader(ReadOnlySpan<byte> header, int? maxSize)
    {
        if (header[0] != 0)
            throw new RpcException(new Status(StatusCode.Internal, "Message sent with the compressed flag but without an encoding."));
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(maxSize ?? Array.MaxLength))
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
        return (int)length;
    }

    /// <summary>Cuts the first whole message from the buffer; false when it has not arrived whole.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int? maxSize, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (buffer.Length < HeaderSize)
            return false;
        int length;
        if (buffer.FirstSpan.Length >= HeaderSize)
        {
            length = ReadHeader(buffer.FirstSpan, maxSize);
        }
        else
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            buffer.Slice(0, HeaderSize).CopyTo(header);
            length = ReadHeader(header, maxSize);
        }

        if (buffer.Length < HeaderSize + (long)length)
            return false;
        payload = buffer.Slice(HeaderSize, length);
        buffer = buffer.Slice(payload.End);
        return true;
    }
}
