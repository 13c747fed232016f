using System.Buffers;
using Google.Protobuf;

namespace ThinkWatch.Spool.Log;

/// <summary>A serialized message in a pooled array with room for the record header in front. Used by one thread; returned once.</summary>
internal readonly struct RecordBuffer : IDisposable
{
    private readonly byte[] _bytes;

    private RecordBuffer(byte[] bytes, int payloadLength)
    {
        _bytes = bytes;
        PayloadLength = payloadLength;
        Checksum = RecordFormat.PayloadChecksum(bytes.AsSpan(RecordFormat.HeaderSize, payloadLength));
    }

    public int PayloadLength { get; }

    public uint Checksum { get; }

    public Span<byte> Record => _bytes.AsSpan(0, RecordFormat.HeaderSize + PayloadLength);

    /// <param name="message">What the record holds.</param>
    /// <param name="salted">The record begins an event whose row has personal fields.</param>
    public static RecordBuffer Of(IMessage message, bool salted = false)
    {
        var size = message.CalculateSize();
        var length = size + (salted ? SaltSeed.FieldSize : 0);
        if (length > RecordFormat.MaxPayload)
            throw new ArgumentException($"An audit record of {length} bytes is too large; bodies over the cap go to body-offload.", nameof(message));
        var bytes = ArrayPool<byte>.Shared.Rent(RecordFormat.HeaderSize + length);
        message.WriteTo(bytes.AsSpan(RecordFormat.HeaderSize, size));
        if (salted)
            SaltSeed.Write(bytes.AsSpan(RecordFormat.HeaderSize + size));
        return new RecordBuffer(bytes, length);
    }

    public static RecordBuffer Of(ReadOnlySpan<byte> payload)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(RecordFormat.HeaderSize + payload.Length);
        payload.CopyTo(bytes.AsSpan(RecordFormat.HeaderSize));
        return new RecordBuffer(bytes, payload.Length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
