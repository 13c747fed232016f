using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.BodyOffload.Objects;

/// <summary>An object that cannot be what was put: altered, cut short, or sealed with another key.</summary>
internal sealed class DamagedObjectException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// What lies in the store. Header: "TWB1", length of the key envelope (2), envelope. Then chunks of at most 256 KiB of the body, each
/// compressed and sealed by itself: plain length (4), sealed length (4), flags (1), tag (16), sealed bytes. The data key is made for the
/// object and sealed by the vault for its path; the nonce is the chunk's number; path, number, flags and length are authenticated, and only
/// the last chunk says that it is the last: nothing can be moved, repeated or cut off unseen.
/// </summary>
internal static class ObjectFormat
{
    public const int ChunkSize = 256 * 1024;
    public const int ChunkHeaderSize = 25;
    public const int TagSize = 16;
    public const byte Compressed = 1;
    public const byte Last = 2;

    public static ReadOnlySpan<byte> Magic => "TWB1"u8;

    public static string KeyBinding(ObjectPath path) => "bodies/key/" + path.Text;

    public static void WriteNonce(Span<byte> nonce, ulong chunk)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, chunk);
    }

    public static byte[] Binding(ObjectPath path, ulong chunk, byte flags, int plainLength) =>
        Encoding.UTF8.GetBytes(FormattableString.Invariant($"{path.Text}#{chunk}:{flags}:{plainLength}"));

    public static AesGcm Cipher(byte[] key) => new(key, TagSize);
}
