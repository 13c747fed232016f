using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// Tokens and their ranks. The resource holds them in the order of rank, each as its length in one byte and its bytes, packed with Brotli. Immutable.
/// </summary>
internal sealed class Vocabulary
{
    public const int None = int.MaxValue;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly int[] _slots;
    private readonly int _mask;
    private readonly int _longest;

    private Vocabulary(byte[] packed)
    {
        _bytes = packed;
        var starts = new List<int>();
        for (var at = 0; at < packed.Length; at += packed[at] + 1)
        {
            starts.Add(at + 1);
            _longest = Math.Max(_longest, packed[at]);
        }

        _starts = [.. starts];
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_starts.Length * 2)];
        _mask = _slots.Length - 1;
        for (var rank = 0; rank < _starts.Length; rank++)
        {
            var slot = Hash(TokenAt(rank)) & _mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & _mask;
            _slots[slot] = rank + 1;
        }
    }

    public static Vocabulary Load(string name)
    {
        using var resource = typeof(Vocabulary).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The vocabulary {name} is missing.");
        using var unpacked = new BrotliStream(resource, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return new Vocabulary(bytes.ToArray());
    }

    /// <summary>The token's rank; <see cref="None"/> when these bytes are none.</summary>
    public int RankOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _longest)
            return None;
        for (var slot = Hash(bytes) & _mask; _slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            var rank = _slots[slot] - 1;
            if (TokenAt(rank).SequenceEqual(bytes))
                return rank;
        }

        return None;
    }

    private ReadOnlySpan<byte> TokenAt(int rank) => _bytes.AsSpan(_starts[rank], _bytes[_starts[rank] - 1]);

    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = BitOperations.RotateLeft(hash ^ MemoryMarshal.Read<ulong>(bytes), 29) * 0xBF58476D1CE4E5B9;
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
            hash = (hash ^ one) * 0x100000001B3;
        hash ^= hash >> 32;
        return (int)((hash * 0x94D049BB133111EB) >> 33);
    }
}
