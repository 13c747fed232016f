using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool.Log;

/// <summary>The numbers are on disk: never reuse one.</summary>
internal enum RecordType : byte
{
    SegmentHeader = 1,
    Started = 2,
    Completed = 3,
    Event = 4,
    Cut = 5,
    Acknowledged = 6,
    Dropped = 7,
}

internal readonly record struct RecordHeader(RecordType Type, RecordKind Kind, int Length, long CreatedAtMs, ulong Sequence, Guid Id);

/// <summary>
/// A record on disk, little endian: magic 4, CRC32C 4, payload length 4, type 1, kind 1, reserved 2, created_at_ms 8, sequence 8, id 16, payload.
/// The checksum is seeded with the segment's random salt: bytes inside a captured body cannot pass for a record when a reader looks for
/// the next good one after damage.
/// </summary>
internal static class RecordFormat
{
    public const int HeaderSize = 48;
    public const int MaxPayload = 32 << 20;
    private const uint Magic = 0x4C505354; // "TSPL"

    /// <summary>Checksum of the payload, the expensive part; can be computed before the record's place is known.</summary>
    public static uint PayloadChecksum(ReadOnlySpan<byte> payload) => Crc32C(payload, uint.MaxValue);

    /// <summary>Writes the header in front of the payload that is already in <paramref name="record"/>.</summary>
    public static void Seal(Span<byte> record, in RecordHeader header, uint payloadChecksum, uint salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], header.Length);
        record[12] = (byte)header.Type;
        record[13] = (byte)header.Kind;
        record[14] = record[15] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], header.CreatedAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], header.Sequence);
        header.Id.TryWriteBytes(record[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C(record[8..HeaderSize], payloadChecksum ^ salt));
    }

    /// <summary>Reads a header that may be garbage; true says only that it is worth checking.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (length is < 0 or > MaxPayload || bytes[12] is < (byte)RecordType.SegmentHeader or > (byte)RecordType.Dropped)
            return false;
        header = new RecordHeader(
            (RecordType)bytes[12],
            (RecordKind)bytes[13],
            length,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            new Guid(bytes.Slice(32, 16)));
        return true;
    }

    public static bool IsIntact(ReadOnlySpan<byte> record, uint salt) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == Crc32C(record[8..HeaderSize], PayloadChecksum(record[HeaderSize..]) ^ salt);

    private static uint Crc32C(ReadOnlySpan<byte> bytes, uint crc)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
