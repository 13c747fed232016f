using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.AuditIngest.Rows;

/// <summary>
/// Writes a salt and SHA-256(salt ‖ value) for each personal field of a row, so that a verifier can still prove the row when value and salt
/// have been deleted. Salts come from the event's seed, which is as immutable as its frame: a resent frame makes the same row. A field that
/// is empty has neither (zeros), and costs no hash. Used by one thread.
/// </summary>
internal sealed class RowSealer(RowBinaryWriter writer) : IDisposable
{
    public const int SaltSize = 16;
    public const int SeedSize = 16;
    private const int SaltsOfABlock = SHA512.HashSizeInBytes / SaltSize;

    private readonly byte[] _seed = new byte[SeedSize + 1];
    private readonly byte[] _salts = new byte[SHA512.HashSizeInBytes];
    private byte[] _scratch = ArrayPool<byte>.Shared.Rent(4096);
    private int _block;
    private int _field;

    /// <summary>Begins a row. An event without a seed gets a random one: it is the deduplication token that keeps its first row.</summary>
    public void Begin(ReadOnlySpan<byte> seed)
    {
        _field = 0;
        _block = -1;
        if (seed.Length == SeedSize)
            seed.CopyTo(_seed);
        else
            RandomNumberGenerator.Fill(_seed.AsSpan(0, SeedSize));
    }

    /// <summary>Seals the row's next field.</summary>
    public void Text(string value)
    {
        if (value.Length == 0)
        {
            Absent();
            return;
        }

        var room = Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        Seal(Encoding.UTF8.GetBytes(value, room));
    }

    /// <inheritdoc cref="Text"/>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Absent();
            return;
        }

        value.CopyTo(Reserve(value.Length));
        Seal(value.Length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_scratch, clearArray: true);

    private void Absent()
    {
        _field++;
        writer.Fixed(SaltSize + SHA256.HashSizeInBytes).Clear();
    }

    private void Seal(int length)
    {
        var salted = _scratch.AsSpan(0, SaltSize + length);
        NextSalt().CopyTo(salted);
        var cell = writer.Fixed(SaltSize + SHA256.HashSizeInBytes);
        salted[..SaltSize].CopyTo(cell);
        SHA256.HashData(salted, cell[SaltSize..]);
    }

    /// <summary>One of the salts in SHA-512(seed ‖ block): one says nothing about another.</summary>
    private ReadOnlySpan<byte> NextSalt()
    {
        var (block, place) = Math.DivRem(_field++, SaltsOfABlock);
        if (block != _block)
        {
            _block = block;
            _seed[SeedSize] = (byte)block;
            SHA512.HashData(_seed, _salts);
        }

        return _salts.AsSpan(place * SaltSize, SaltSize);
    }

    private Span<byte> Reserve(int length)
    {
        if (_scratch.Length < SaltSize + length)
        {
            ArrayPool<byte>.Shared.Return(_scratch, clearArray: true);
            _scratch = ArrayPool<byte>.Shared.Rent(SaltSize + length);
        }

        return _scratch.AsSpan(SaltSize);
    }
}
