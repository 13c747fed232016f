using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.FanOut;

/// <summary>The calls that were made at once, and what must be given back when they end, however they do. One caller at a time.</summary>
internal sealed class Branches(CancellationToken exchange) : IDisposable
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(exchange);
    private UpstreamGate? _gate;
    private int _places;
    private bool _disposed;

    public List<Task<HttpResponseMessage>> Sending { get; } = [];

    public CancellationToken Cancelled => _cancel.Token;

    public bool TryEnter(UpstreamGate gate, int maximum)
    {
        if (!gate.TryEnter(maximum))
            return false;
        _gate = gate;
        _places++;
        return true;
    }

    public void Dispose() => DisposeBut(null);

    /// <summary>Cancels what is under way; the one is left to the caller.</summary>
    public void DisposeBut(HttpResponseMessage? kept)
    {
        if (_disposed)
            return;
        _disposed = true;
        _cancel.Cancel();
        foreach (var sent in Sending)
            _ = LetGoAsync(sent, kept);
        _cancel.Dispose();
        for (; _places > 0; _places--)
            _gate!.Leave();
    }

    /// <summary>What comes of it is nobody's business any more.</summary>
    private static async Task LetGoAsync(Task<HttpResponseMessage> sent, HttpResponseMessage? kept)
    {
        await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sent.IsCompletedSuccessfully && sent.Result != kept)
            sent.Result.Dispose();
    }
}
