using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>What is in force for one organisation. Immutable.</summary>
public sealed class GuardRules(PiiScanner pii, ContentRule[] input, ContentRule[] output)
{
    public static readonly GuardRules Off = new(PiiScanner.Off, [], []);

    public PiiScanner Pii => pii;

    public ContentRule[] Input => input;

    public ContentRule[] Output => output;

    public bool IsOff => !LooksAtRequests && output.Length == 0;

    public bool LooksAtRequests => !pii.IsOff || input.Length > 0;
}
