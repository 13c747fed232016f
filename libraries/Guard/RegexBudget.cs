namespace ThinkWatch.Guard;

/// <summary>
/// How much text the regular expressions of one call may look at, in UTF-16 units times expressions. What the product brings along needs none of it: those
/// finders read a text once. One caller at a time.
/// </summary>
public sealed class RegexBudget(long units)
{
    public const long UnitsPerCall = 64L << 20;

    /// <summary>One expression on one text may not take longer; they are linear, so only a starved machine gets here.</summary>
    internal static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(2);

    private long _left = units;

    /// <summary>For texts that come in small pieces, as long as their stream lasts.</summary>
    public static RegexBudget Unbounded() => new(long.MaxValue);

    public RegexBudget()
        : this(UnitsPerCall)
    {
    }

    /// <exception cref="GuardBudgetException">It is spent.</exception>
    public void Take(int length)
    {
        _left -= length;
        if (_left < 0)
            throw new GuardBudgetException("The text is too long for the number of patterns that are switched on.");
    }
}

/// <summary>A text cannot be looked at within bounds, so nothing is known about it.</summary>
public sealed class GuardBudgetException(string message, Exception? inner = null) : Exception(message, inner);
