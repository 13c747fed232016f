namespace ThinkWatch.Guard;

/// <summary>A piece of a text that something was found in, in UTF-16 units.</summary>
public readonly record struct TextHit(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>Finds pieces of a text. Its work grows with the length of the text and no faster, whatever the text is. Immutable, for any number of threads.</summary>
public abstract class TextFinder
{
    /// <summary>Adds what it finds, in the order of the text, without overlaps among its own.</summary>
    public abstract void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found);
}
