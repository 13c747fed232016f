using System.Buffers.Binary;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Frames of <c>application/vnd.amazon.eventstream</c> (https://smithy.io/2.0/aws/amazon-eventstream.html): a prelude of two lengths with its own CRC,
/// headers, payload, and a CRC over all of it. Both checksums are checked before a byte is believed.
/// </summary>
internal sealed class EventStreamFraming : IEventFraming
{
    /// <summary>Stands before the name of an exception.</summary>
    public const byte ExceptionMark = (byte)'!';

    private const int PreludeLength = 12;
    private const int ChecksumLength = 4;
    private const int LargestFrame = 8 * 1024 * 1024;
    private const int LargestHeaders = 128 * 1024;

    public bool TryNext(ReadOnlySpan<byte> buffered, out int length)
    {
        length = 0;
        if (buffered.Length < PreludeLength)
            return false;
        var total = BinaryPrimitives.ReadUInt32BigEndian(buffered);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(buffered[4..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(buffered[8..]) != Crc32.Of(buffered[..8]))
            throw new InvalidDataException("The checksum of an event's prelude is wrong.");
        if (total > LargestFrame || headers > LargestHeaders || total < PreludeLength + headers + ChecksumLength)
            throw new InvalidDataException("The length of an event is impossible.");
        if (buffered.Length < total)
            return false;
        var body = (int)total - ChecksumLength;
        if (BinaryPrimitives.ReadUInt32BigEndian(buffered[body..]) != Crc32.Of(buffered[..body]))
            throw new InvalidDataException("The checksum of an event is wrong.");
        length = (int)total;
        return true;
    }

    public void Open(ReadOnlySpan<byte> whole, PooledBuffer scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        var headersLength = (int)BinaryPrimitives.ReadUInt32BigEndian(whole[4..]);
        data = whole[(PreludeLength + headersLength)..^ChecksumLength];
        name = default;
        var headers = whole.Slice(PreludeLength, headersLength);
        var isEvent = true;
        while (!headers.IsEmpty)
        {
            var key = Take(ref headers, Take(ref headers, 1)[0]);
            var value = TakeValue(ref headers);
            if (key.SequenceEqual(":message-type"u8))
                isEvent = value.SequenceEqual("event"u8);
            else if (key.SequenceEqual(":event-type"u8) || key.SequenceEqual(":exception-type"u8) || key.SequenceEqual(":error-code"u8))
                name = value;
            else if (key.SequenceEqual(":error-message"u8))
                data = value;
        }

        if (isEvent)
            return;
        scratch.Clear();
        scratch.Append([ExceptionMark]);
        scratch.Append(name);
        name = scratch.WrittenSpan;

        // An exception without words is one all the same.
        if (data.IsEmpty)
            data = "{}"u8;
    }

    /// <summary>A header's value; empty for types that are no text.</summary>
    private static ReadOnlySpan<byte> TakeValue(scoped ref ReadOnlySpan<byte> headers)
    {
        var type = Take(ref headers, 1)[0];
        var length = type switch
        {
            0 or 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 or 8 => 8,
            9 => 16,
            6 or 7 => BinaryPrimitives.ReadUInt16BigEndian(Take(ref headers, 2)),
            _ => throw new InvalidDataException("An event's header has an unknown type."),
        };
        var value = Take(ref headers, length);
        return type == 7 ? value : default;
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> headers, int count)
    {
        if (headers.Length < count)
            throw new InvalidDataException("An event's headers end too early.");
        var taken = headers[..count];
        headers = headers[count..];
        return taken;
    }
}
