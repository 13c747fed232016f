using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>What is in force for one organisation. Immutable.</summary>
public sealed class GuardRules(PiiScanner pii, ContentRule[] input, ContentRule[] output)
{
    public static readonly GuardRules Off = new(PiiScanner.Off, [], []);

    public PiiScanner Pii => pii;

    public ContentRule[] Input => input;

    public ContentRule[] Output => output;

    /// <summary>What no client may read, as rules that take it out: for texts that stand where nothing can be blocked any more.</summary>
    public ContentRule[] Forbidden { get; } = [.. output.Where(static rule => rule.Action is RuleAction.Redact or RuleAction.Block).Select(static rule => rule.AsRedaction())];

    public bool IsOff => !LooksAtRequests && output.Length == 0;

    public bool LooksAtRequests => !pii.IsOff || input.Length > 0;
}
