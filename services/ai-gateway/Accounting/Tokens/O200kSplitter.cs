namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// Cuts text as o200k_base does. With H = <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c> and T = <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c>:
/// <c>[^\r\n\p{L}\p{N}]?H*T+(?i:'s|'t|'re|'ve|'m|'ll|'d)? | [^\r\n\p{L}\p{N}]?H+T*(?i:…)? | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+</c>.
/// </summary>
internal static class O200kSplitter
{
    /// <summary>The length of the first piece of a text that is not empty.</summary>
    public static int Next(ReadOnlySpan<byte> text)
    {
        var first = Scalar.Read(text, out var length);
        if ((first & CharacterClass.Number) != 0)
            return Cl100kSplitter.Numbers(text);
        if (Word(text, first, length) is > 0 and var word)
            return word + Scalar.Contraction(text[word..]);
        return Cl100kSplitter.Symbols(text, slashes: true) is > 0 and var symbols ? symbols : Scalar.Spaces(text);
    }

    /// <summary>The four ways in which the pattern may match a word, in its order: it prefers a small letter within to the character before.</summary>
    private static int Word(ReadOnlySpan<byte> text, CharacterClass first, int length)
    {
        var hasPrefix = (first & (CharacterClass.LineEnd | CharacterClass.Letter | CharacterClass.Number)) == 0;
        var canBegin = (first & (CharacterClass.Head | CharacterClass.Tail)) != 0;
        if (hasPrefix && WithTail(text[length..]) is > 0 and var behind)
            return length + behind;
        if (canBegin && WithTail(text) is > 0 and var whole)
            return whole;
        if (hasPrefix && Scalar.Run(text[length..], CharacterClass.Head) is > 0 and var heads)
            return length + heads;
        return canBegin ? Scalar.Run(text, CharacterClass.Head) : 0;
    }

    /// <summary><c>H*T+</c>: heads as far as they go, then tails; without tails there, back to the last head that is one too.</summary>
    private static int WithTail(ReadOnlySpan<byte> text)
    {
        int heads = 0, lastTail = 0;
        while (Scalar.Read(text[heads..], out var length) is var found && (found & CharacterClass.Head) != 0)
        {
            heads += length;
            if ((found & CharacterClass.Tail) != 0)
                lastTail = heads;
        }

        var tails = Scalar.Run(text[heads..], CharacterClass.Tail);
        return tails > 0 ? heads + tails : lastTail;
    }
}
