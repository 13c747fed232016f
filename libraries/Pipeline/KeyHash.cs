using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace ThinkWatch.Pipeline;

/// <summary>SHA-256 of an API key: what caches and wires know a key by. The key itself is never kept.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct KeyHash
{
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private KeyHash(ReadOnlySpan<byte> sha256)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(sha256);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>Hashes the key's text.</summary>
    public static KeyHash OfKey(ReadOnlySpan<char> key)
    {
        Span<byte> text = stackalloc byte[PresentedKey.MaxLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = Encoding.ASCII.GetBytes(key, text);
        SHA256.HashData(text[..length], hash);
        return new KeyHash(hash);
    }

    /// <summary>Takes over a hash that came from a wire; false when it is not 32 bytes long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> sha256, out KeyHash hash)
    {
        hash = sha256.Length == SHA256.HashSizeInBytes ? new KeyHash(sha256) : default;
        return sha256.Length == SHA256.HashSizeInBytes;
    }

    public ByteString ToByteString()
    {
        var copy = this;
        return ByteString.CopyFrom(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref copy, 1)));
    }

    // The bytes are uniformly random already.
    public override int GetHashCode() => (int)_a;

    public override string ToString() => "sha256";
}
