using System.Buffers;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>Numbers, the least first. Four children a node: fewer steps, and they lie beside each other in memory.</summary>
internal sealed class MinHeap(int capacity) : IDisposable
{
    private ulong[] _items = ArrayPool<ulong>.Shared.Rent(capacity);
    private int _count;

    /// <summary>Adds without order; <see cref="Order"/> before anything else.</summary>
    public void Append(ulong item)
    {
        Grow();
        _items[_count++] = item;
    }

    public void Order()
    {
        for (var i = (_count - 2) / 4; i >= 0 && _count > 1; i--)
            Sink(i, _items[i]);
    }

    public void Push(ulong item)
    {
        Grow();
        var at = _count++;
        while (at > 0 && item < _items[(at - 1) / 4])
        {
            _items[at] = _items[(at - 1) / 4];
            at = (at - 1) / 4;
        }

        _items[at] = item;
    }

    public bool TryTake(out ulong least)
    {
        if (_count == 0)
        {
            least = 0;
            return false;
        }

        least = _items[0];
        if (--_count > 0)
            Sink(0, _items[_count]);
        return true;
    }

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_items);
        _items = [];
    }

    private void Sink(int at, ulong item)
    {
        while (true)
        {
            var first = (at * 4) + 1;
            if (first >= _count)
                break;
            var best = first;
            for (var child = first + 1; child < Math.Min(first + 4, _count); child++)
            {
                if (_items[child] < _items[best])
                    best = child;
            }

            if (item <= _items[best])
                break;
            _items[at] = _items[best];
            at = best;
        }

        _items[at] = item;
    }

    private void Grow()
    {
        if (_count < _items.Length)
            return;
        var larger = ArrayPool<ulong>.Shared.Rent(_items.Length * 2);
        _items.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<ulong>.Shared.Return(_items);
        _items = larger;
    }
}
