using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.BodyOffload.Objects;

/// <summary>
/// Turns a body of any size into an object while it arrives: hashed, tokenised, compressed, sealed; never more than one chunk in memory.
/// One caller.
/// </summary>
internal sealed class ObjectEncoder : IDisposable
{
    private const int Quality = 4;
    private const int Window = 20;
    private readonly ObjectPath _path;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _write;
    private readonly AesGcm _cipher;
    private readonly byte[] _header;
    private readonly byte[] _plain = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkSize);
    private readonly byte[] _packed = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkSize);
    private readonly byte[] _sealed = ArrayPool<byte>.Shared.Rent(ObjectFormat.ChunkHeaderSize + ObjectFormat.ChunkSize);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly TokenCollector _tokens = new();
    private int _filled;
    private ulong _chunks;

    public ObjectEncoder(ObjectPath path, Vault vault, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write)
    {
        _path = path;
        _write = write;
        var key = RandomNumberGenerator.GetBytes(Vault.KeyBytes);
        _cipher = ObjectFormat.Cipher(key);
        var envelope = Encoding.ASCII.GetBytes(vault.Seal(key, ObjectFormat.KeyBinding(path)));
        CryptographicOperations.ZeroMemory(key);
        _header = new byte[ObjectFormat.Magic.Length + sizeof(ushort) + envelope.Length];
        ObjectFormat.Magic.CopyTo(_header);
        BinaryPrimitives.WriteUInt16LittleEndian(_header.AsSpan(4), (ushort)envelope.Length);
        envelope.CopyTo(_header.AsSpan(6));
    }

    public long Bytes { get; private set; }

    public long StoredBytes { get; private set; }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Bytes += data.Length;
        _hash.AppendData(data.Span);
        _tokens.Append(data.Span);
        while (data.Length > 0)
        {
            // A full chunk leaves only when more follows: the last one must say that it is the last.
            if (_filled == ObjectFormat.ChunkSize)
                await FlushAsync(isLast: false, cancellationToken);
            var taken = Math.Min(data.Length, ObjectFormat.ChunkSize - _filled);
            data[..taken].CopyTo(_plain.AsMemory(_filled));
            _filled += taken;
            data = data[taken..];
        }
    }

    /// <returns>SHA-256 and the search tokens of the whole body.</returns>
    public async ValueTask<(byte[] Sha256, IReadOnlyCollection<string> Tokens)> FinishAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(isLast: true, cancellationToken);
        return (_hash.GetHashAndReset(), _tokens.Finish());
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_plain, clearArray: true);
        ArrayPool<byte>.Shared.Return(_packed, clearArray: true);
        ArrayPool<byte>.Shared.Return(_sealed);
    }

    private async ValueTask FlushAsync(bool isLast, CancellationToken cancellationToken)
    {
        if (_chunks == 0)
            await EmitAsync(_header, cancellationToken);
        var length = Seal(isLast ? ObjectFormat.Last : (byte)0);
        _chunks++;
        _filled = 0;
        await EmitAsync(_sealed.AsMemory(0, length), cancellationToken);
    }

    private int Seal(byte flags)
    {
        var plain = _plain.AsSpan(0, _filled);
        ReadOnlySpan<byte> packed = plain;
        // Packed only where it gets smaller: TryCompress fails when the target is full.
        if (plain.Length > 0 && BrotliEncoder.TryCompress(plain, _packed.AsSpan(0, plain.Length - 1), out var written, Quality, Window))
        {
            packed = _packed.AsSpan(0, written);
            flags |= ObjectFormat.Compressed;
        }

        Span<byte> nonce = stackalloc byte[12];
        ObjectFormat.WriteNonce(nonce, _chunks);
        var target = _sealed.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(target, plain.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], packed.Length);
        target[8] = flags;
        _cipher.Encrypt(
            nonce,
            packed,
            target.Slice(ObjectFormat.ChunkHeaderSize, packed.Length),
            target.Slice(9, ObjectFormat.TagSize),
            ObjectFormat.Binding(_path, _chunks, flags, plain.Length));
        return ObjectFormat.ChunkHeaderSize + packed.Length;
    }

    private ValueTask EmitAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        StoredBytes += bytes.Length;
        return _write(bytes, cancellationToken);
    }
}
