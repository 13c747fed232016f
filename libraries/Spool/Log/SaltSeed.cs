using System.Security.Cryptography;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// Random bytes that an event carries from its first record on, as field 100 of its message: every personal field of its row gets a salt
/// derived from them. They travel inside the immutable frame, so that a resent frame makes the same row, and are kept nowhere else: a salt
/// that is deleted from the row cannot be had again. Safe for concurrent use.
/// </summary>
internal static class SaltSeed
{
    public const int FieldSize = 19;
    private const int Bytes = 16;
    private const int Draw = 64 * Bytes;

    [ThreadStatic]
    private static byte[]? _drawn;

    [ThreadStatic]
    private static int _used;

    /// <summary>Appends the field to a serialized message: protobuf merges what is concatenated.</summary>
    public static void Write(Span<byte> target)
    {
        target[0] = 0xA2; // field 100, length-delimited
        target[1] = 0x06;
        target[2] = Bytes;
        if (_drawn is null || _used == Draw)
        {
            // The generator's price is the call, not the byte.
            _drawn ??= new byte[Draw];
            RandomNumberGenerator.Fill(_drawn);
            _used = 0;
        }

        var seed = _drawn.AsSpan(_used, Bytes);
        seed.CopyTo(target[3..]);
        seed.Clear();
        _used += Bytes;
    }
}
