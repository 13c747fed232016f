using ThinkWatch.ProviderSimulator.Scenario;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>An answer that was kept: its JSON, the conversation up to and with it, and the ids of its reasoning items.</summary>
internal sealed record StoredResponse(byte[] Json, List<Part> System, List<Turn> Turns, string[] ReasoningIds);

/// <summary>Kept answers, the oldest forgotten first. Many writers and readers, one lock.</summary>
internal sealed class ResponseStore
{
    private const int Kept = 2_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredResponse> _responses = [];
    private readonly Queue<string> _order = new();
    private readonly HashSet<string> _reasoning = [];

    public void Add(string id, StoredResponse response)
    {
        lock (_lock)
        {
            if (!_responses.ContainsKey(id))
                _order.Enqueue(id);
            _responses[id] = response;
            _reasoning.UnionWith(response.ReasoningIds);
            if (_order.Count > Kept)
                Forget(_order.Dequeue());
        }
    }

    public StoredResponse? Find(string id)
    {
        lock (_lock)
            return _responses.GetValueOrDefault(id);
    }

    public bool HasReasoning(string id)
    {
        lock (_lock)
            return _reasoning.Contains(id);
    }

    public bool Remove(string id)
    {
        lock (_lock)
            return Forget(id);
    }

    private bool Forget(string id)
    {
        if (!_responses.Remove(id, out var response))
            return false;
        _reasoning.ExceptWith(response.ReasoningIds);
        return true;
    }
}
