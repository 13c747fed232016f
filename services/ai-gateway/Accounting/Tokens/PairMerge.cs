using System.Buffers;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// Byte pair encoding of one piece of text: of all neighbours whose union is a token, those with the lowest rank are joined, the leftmost first, until there
/// are none. A heap of candidates over a linked list keeps this near linear, whatever a client sends.
/// </summary>
internal static class PairMerge
{
    /// <summary>Short pieces, which is nearly all of them, are merged on the stack by looking at every pair.</summary>
    private const int Short = 48;

    public static int Count(ReadOnlySpan<byte> piece, Vocabulary vocabulary)
    {
        if (piece.Length <= 1 || vocabulary.RankOf(piece) != Vocabulary.None)
            return piece.Length == 0 ? 0 : 1;
        return piece.Length <= Short ? CountShort(piece, vocabulary) : CountLong(piece, vocabulary);
    }

    private static int CountShort(ReadOnlySpan<byte> piece, Vocabulary vocabulary)
    {
        // starts[i] is where part i begins; ranks[i] is what it and the next would be.
        Span<int> starts = stackalloc int[Short + 1];
        Span<int> ranks = stackalloc int[Short + 1];
        var parts = piece.Length;
        for (var i = 0; i <= parts; i++)
            starts[i] = i;
        for (var i = 0; i < parts - 1; i++)
            ranks[i] = vocabulary.RankOf(piece.Slice(i, 2));
        ranks[parts - 1] = Vocabulary.None;
        while (true)
        {
            var best = 0;
            for (var i = 1; i < parts; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == Vocabulary.None)
                return parts;
            starts[(best + 2)..(parts + 1)].CopyTo(starts[(best + 1)..]);
            ranks[(best + 2)..parts].CopyTo(ranks[(best + 1)..]);
            parts--;
            ranks[parts - 1] = Vocabulary.None;
            if (best < parts - 1)
                ranks[best] = vocabulary.RankOf(piece[starts[best]..starts[best + 2]]);
            if (best > 0)
                ranks[best - 1] = vocabulary.RankOf(piece[starts[best - 1]..starts[best + 1]]);
        }
    }

    private static int CountLong(ReadOnlySpan<byte> piece, Vocabulary vocabulary)
    {
        var length = piece.Length;
        var next = ArrayPool<int>.Shared.Rent(length + 1); // where the part that begins here ends
        var previous = ArrayPool<int>.Shared.Rent(length + 1);
        var ranks = ArrayPool<int>.Shared.Rent(length + 1); // of the part and the next; None where no part begins
        for (var i = 0; i <= length; i++)
            (next[i], previous[i], ranks[i]) = (i + 1, i - 1, Vocabulary.None);
        var heap = new MinHeap(length);
        for (var i = 0; i < length - 1; i++)
        {
            ranks[i] = vocabulary.RankOf(piece.Slice(i, 2));
            if (ranks[i] != Vocabulary.None)
                heap.Append(Key(ranks[i], i));
        }

        heap.Order();
        var parts = length;
        while (heap.TryTake(out var key))
        {
            var (rank, at) = ((int)(key >> 32), (int)(uint)key);
            if (ranks[at] != rank)
                continue; // One of the two has been joined with another meanwhile.
            var joined = next[at];
            next[at] = next[joined];
            if (next[at] <= length)
                previous[next[at]] = at;
            ranks[joined] = Vocabulary.None;
            parts--;
            Rank(at, piece);
            if (previous[at] >= 0)
                Rank(previous[at], piece);
        }

        heap.Dispose();
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        ArrayPool<int>.Shared.Return(ranks);
        return parts;

        void Rank(int at, ReadOnlySpan<byte> text)
        {
            ranks[at] = next[at] >= length ? Vocabulary.None : vocabulary.RankOf(text[at..next[next[at]]]);
            if (ranks[at] != Vocabulary.None)
                heap.Push(Key(ranks[at], at));
        }
    }

    private static ulong Key(int rank, int at) => ((ulong)rank << 32) | (uint)at;
}
