using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Guard;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>What the guard did to one call, and what it needs on the way back. One caller at a time; dispose returns its memory.</summary>
internal sealed class GuardedCall(GuardRules rules) : IDisposable
{
    public GuardRules Rules => rules;

    public GuardHits Hits { get; } = new();

    /// <summary>Puts back what placeholders stand for; null when nothing was replaced.</summary>
    public PlaceholderRestorer? Restorer { get; private set; }

    /// <summary>The answer must be looked at on its way to the client.</summary>
    public bool NeedsTheAnswer => Restorer is not null || rules.Output.Length > 0;

    /// <summary>The request as the client sent it, where something needs it still.</summary>
    public PooledBuffer? OriginalBody { get; private set; }

    /// <summary>Where in <see cref="OriginalBody"/> the Responses API's <c>input</c> stands.</summary>
    public Piece OriginalInput { get; private set; }

    public void Redacted(Placeholders placeholders)
    {
        if (placeholders.All.Count > 0)
            Restorer = new PlaceholderRestorer(placeholders);
    }

    public void KeepOriginal(PooledBuffer body, Piece input)
    {
        OriginalBody = body;
        OriginalInput = input;
    }

    public PooledBuffer? TakeOriginal()
    {
        var taken = OriginalBody;
        OriginalBody = null;
        return taken;
    }

    public void Dispose()
    {
        OriginalBody?.Dispose();
        OriginalBody = null;
    }
}
