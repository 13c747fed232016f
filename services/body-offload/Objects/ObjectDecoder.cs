using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.BodyOffload.Objects;

/// <summary>Reads an object back, one chunk in memory; every byte that it yields has been authenticated.</summary>
internal static class ObjectDecoder
{
    /// <summary>The body from <paramref name="offset"/> on, at most <paramref name="length"/> bytes. A piece is valid until the next is asked for.</summary>
    /// <exception cref="DamagedObjectException">The object is not what was put at this path.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stored, ObjectPath path, Vault vault, long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cipher = ObjectFormat.Cipher(await ReadKeyAsync(stored, path, vault, cancellationToken));
        var packed = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkSize);
        var opened = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkSize);
        var plain = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkSize);
        try
        {
            var header = new byte[ObjectFormat.ChunkHeaderSize];
            var isLast = false;
            for (ulong chunk = 0; !isLast && length > 0; chunk++)
            {
                await ReadExactlyAsync(stored, header, cancellationToken);
                var (plainLength, packedLength) = Lengths(header);
                isLast = (header[8] & ObjectFormat.Last) != 0;
                await ReadExactlyAsync(stored, packed.AsMemory(0, packedLength), cancellationToken);
                Open(cipher, path, chunk, header, packed.AsSpan(0, packedLength), opened, plain.AsSpan(0, plainLength));
                var skipped = (int)Math.Min(offset, plainLength);
                offset -= skipped;
                var piece = plain.AsMemory(skipped, (int)Math.Min(plainLength - skipped, length));
                length -= piece.Length;
                if (piece.Length > 0)
                    yield return piece;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(opened, clearArray: true);
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }
    }

    private static async Task<byte[]> ReadKeyAsync(Stream stored, ObjectPath path, Vault vault, CancellationToken cancellationToken)
    {
        var start = new byte[6];
        await ReadExactlyAsync(stored, start, cancellationToken);
        if (!start.AsSpan(0, 4).SequenceEqual(ObjectFormat.Magic))
            throw new DamagedObjectException("The object does not begin as one.");
        var envelope = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(4))];
        await ReadExactlyAsync(stored, envelope, cancellationToken);
        try
        {
            return vault.Open(Encoding.ASCII.GetString(envelope), ObjectFormat.KeyBinding(path));
        }
        catch (VaultException fault)
        {
            throw new DamagedObjectException($"The object's key does not open: {fault.Message}", fault);
        }
    }

    private static (int Plain, int Packed) Lengths(ReadOnlySpan<byte> header)
    {
        var plain = BinaryPrimitives.ReadInt32LittleEndian(header);
        var packed = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return plain is >= 0 and <= ObjectFormat.ChunkSize && packed >= 0 && packed <= plain
            ? (plain, packed)
            : throw new DamagedObjectException("A chunk's length is impossible.");
    }

    private static void Open(AesGcm cipher, ObjectPath path, ulong chunk, ReadOnlySpan<byte> header, ReadOnlySpan<byte> packed, Span<byte> opened, Span<byte> plain)
    {
        var isCompressed = (header[8] & ObjectFormat.Compressed) != 0;
        var target = isCompressed ? opened[..packed.Length] : plain;
        if (target.Length != packed.Length)
            throw new DamagedObjectException("A chunk's length is impossible.");
        Span<byte> nonce = stackalloc byte[12];
        ObjectFormat.WriteNonce(nonce, chunk);
        try
        {
            cipher.Decrypt(
                nonce, packed, header.Slice(9, ObjectFormat.TagSize), target, ObjectFormat.Binding(path, chunk, header[8], plain.Length));
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw new DamagedObjectException("A chunk was altered.", fault);
        }

        if (isCompressed && !(BrotliDecoder.TryDecompress(target, plain, out var written) && written == plain.Length))
            throw new DamagedObjectException("A chunk does not unpack.");
    }

    private static async Task ReadExactlyAsync(Stream stored, Memory<byte> target, CancellationToken cancellationToken)
    {
        try
        {
            await stored.ReadExactlyAsync(target, cancellationToken);
        }
        catch (EndOfStreamException fault)
        {
            throw new DamagedObjectException("The object is cut short.", fault);
        }
    }
}
