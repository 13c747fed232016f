namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// Cuts text as cl100k_base does: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+</c>.
/// </summary>
internal static class Cl100kSplitter
{
    /// <summary>The length of the first piece of a text that is not empty.</summary>
    public static int Next(ReadOnlySpan<byte> text)
    {
        if (Scalar.Contraction(text) is > 0 and var contraction)
            return contraction;
        var first = Scalar.Read(text, out var length);
        if ((first & CharacterClass.Letter) != 0)
            return Scalar.Run(text, CharacterClass.Letter);
        if ((first & CharacterClass.Number) != 0)
            return Numbers(text);
        if ((first & CharacterClass.LineEnd) == 0 && Scalar.Run(text[length..], CharacterClass.Letter) is > 0 and var word)
            return length + word;
        return Symbols(text, slashes: false) is > 0 and var symbols ? symbols : Scalar.Spaces(text);
    }

    public static int Numbers(ReadOnlySpan<byte> text)
    {
        var end = 0;
        for (var i = 0; i < 3 && (Scalar.Read(text[end..], out var length) & CharacterClass.Number) != 0; i++)
            end += length;
        return end;
    }

    /// <summary>What is neither white space, letter nor number, with one space before it and line ends behind it; 0 when there is none.</summary>
    public static int Symbols(ReadOnlySpan<byte> text, bool slashes)
    {
        var space = text[0] == ' ' ? 1 : 0;
        var symbols = Scalar.RunWithout(text[space..], CharacterClass.Space | CharacterClass.Letter | CharacterClass.Number);
        if (symbols == 0)
            return 0;
        var end = space + symbols;
        while (end < text.Length && (text[end] is (byte)'\r' or (byte)'\n' || (slashes && text[end] == '/')))
            end++;
        return end;
    }
}
