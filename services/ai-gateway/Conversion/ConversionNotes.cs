namespace ThinkWatch.AiGateway.Conversion;

/// <summary>What a conversion could not carry over, or carried over differently. In the row as <c>conversion_notes</c>, in the answer as <c>x-thinkwatch-conversion</c>.</summary>
internal sealed class ConversionNotes
{
    private const int MaxNotes = 32;

    private readonly List<string> _dropped = [];
    private readonly List<string> _changed = [];

    public bool IsEmpty => _dropped.Count == 0 && _changed.Count == 0;

    public bool IsLossy => _dropped.Count > 0;

    public IReadOnlyList<string> Dropped => _dropped;

    public IReadOnlyList<string> Changed => _changed;

    /// <summary>Something of the request (or answer) does not reach the other side. Named as the side that said it names it: <c>logit_bias</c>, <c>tools.web_search</c>.</summary>
    public void Drop(string what) => Add(_dropped, what);

    /// <summary>Something reaches the other side with another value: a temperature cut to a smaller range, say.</summary>
    public void Change(string what) => Add(_changed, what);

    /// <summary><c>dropped=logit_bias,seed; changed=temperature</c>; empty when all was carried over. Safe as a header's value.</summary>
    public override string ToString() => (_dropped.Count, _changed.Count) switch
    {
        (0, 0) => "",
        (_, 0) => "dropped=" + string.Join(',', _dropped),
        (0, _) => "changed=" + string.Join(',', _changed),
        _ => "dropped=" + string.Join(',', _dropped) + "; changed=" + string.Join(',', _changed),
    };

    private static void Add(List<string> notes, string what)
    {
        // Names may come from clients: no header may grow or break by them.
        var name = string.Concat(what.Take(64).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_'));
        if (notes.Count < MaxNotes && !notes.Contains(name))
            notes.Add(name);
    }
}
