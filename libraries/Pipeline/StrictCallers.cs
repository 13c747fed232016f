using System.Collections.Concurrent;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline;

/// <summary>Which keys' calls of which models stand under a strict rule, as limits last said. Bounded. Thread-safe.</summary>
internal sealed class StrictCallers
{
    private const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<(string Lineage, string Model), byte> _known = new();

    public bool Contains(CheckRequest request) => !_known.IsEmpty && _known.ContainsKey((request.KeyLineageId, request.ModelId));

    public void Note(CheckRequest request, bool isStrict)
    {
        if (isStrict == Contains(request))
            return;
        if (!isStrict)
            _known.TryRemove((request.KeyLineageId, request.ModelId), out _);
        else if (_known.Count < MaxKnown)
            _known[(request.KeyLineageId, request.ModelId)] = 0;
    }
}
