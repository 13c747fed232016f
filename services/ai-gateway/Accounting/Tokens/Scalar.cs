using System.Buffers;
using System.Globalization;
using System.Text;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>What a character is to the splitters.</summary>
[Flags]
internal enum CharacterClass
{
    Other = 0,
    Letter = 1,
    Number = 2,
    Space = 4,
    LineEnd = 8,

    /// <summary>Letters that are not small, and marks: may begin a word.</summary>
    Head = 16,

    /// <summary>Letters that are not capitals, and marks: may go on in a word.</summary>
    Tail = 32,
}

/// <summary>Reads one character of UTF-8. A byte that begins none is a character of its own.</summary>
internal static class Scalar
{
    private static readonly CharacterClass[] s_ascii = [.. Enumerable.Range(0, 128).Select(static code => ClassOf(new Rune(code)))];

    /// <summary>The class of the first character; its length is 0 at the end of the text.</summary>
    public static CharacterClass Read(ReadOnlySpan<byte> text, out int length)
    {
        length = text.IsEmpty ? 0 : 1;
        if (length == 0)
            return CharacterClass.Other;
        if (text[0] < 128)
            return s_ascii[text[0]];
        return Rune.DecodeFromUtf8(text, out var rune, out length) == OperationStatus.Done ? ClassOf(rune) : CharacterClass.Other;
    }

    /// <summary>How far characters of these classes go.</summary>
    public static int Run(ReadOnlySpan<byte> text, CharacterClass classes)
    {
        var end = 0;
        while ((Read(text[end..], out var length) & classes) != 0)
            end += length;
        return end;
    }

    /// <summary>How far characters of none of these classes go.</summary>
    public static int RunWithout(ReadOnlySpan<byte> text, CharacterClass classes)
    {
        var end = 0;
        while ((Read(text[end..], out var length) & classes) == 0 && length > 0)
            end += length;
        return end;
    }

    /// <summary>The length of an English contraction, which begins with an apostrophe; 0 when there is none. The long s folds to s.</summary>
    public static int Contraction(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\'')
            return 0;
        var first = text[1] | 0x20;
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        if (text.Length < 3)
            return 0;
        if (text[1] == 0xC5 && text[2] == 0xBF)
            return 3;
        return (first, text[2] | 0x20) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    /// <summary>White space: up to its last line end; else all of it at the text's end; else all but its last character, which goes with the word behind.</summary>
    public static int Spaces(ReadOnlySpan<byte> text)
    {
        int end = 0, lineEnd = 0, last = 0;
        while (Read(text[end..], out var length) is var found && (found & CharacterClass.Space) != 0)
        {
            last = length;
            end += length;
            if ((found & CharacterClass.LineEnd) != 0)
                lineEnd = end;
        }

        if (lineEnd > 0)
            return lineEnd;
        return end == text.Length || end == last ? end : end - last;
    }

    private static CharacterClass ClassOf(Rune rune)
    {
        if (Rune.IsWhiteSpace(rune))
            return rune.Value is '\r' or '\n' ? CharacterClass.Space | CharacterClass.LineEnd : CharacterClass.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.LowercaseLetter => CharacterClass.Letter | CharacterClass.Tail,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterClass.Letter | CharacterClass.Head,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter | CharacterClass.Head | CharacterClass.Tail,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterClass.Head | CharacterClass.Tail,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => CharacterClass.Other,
        };
    }
}
