using System.Text;

namespace ThinkWatch.BodyOffload.Objects;

/// <summary>
/// The distinct words of a body, split as ClickHouse's splitByNonAlpha splits: ASCII letters and digits and everything beyond ASCII make a
/// word. Bounded: after so many it stops, for what is found by them is a help, not the body. One caller.
/// </summary>
internal sealed class TokenCollector
{
    private const int MaxTokens = 20_000;
    private const int MaxCharacters = 200_000;
    private const int MinLength = 2;
    private const int MaxLength = 64;
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private readonly byte[] _word = new byte[MaxLength + 1];
    private int _length;
    private int _characters;

    private bool IsFull => _tokens.Count >= MaxTokens || _characters >= MaxCharacters;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (IsFull)
            return;
        foreach (var b in data)
        {
            if (b >= 0x80 || char.IsAsciiLetterOrDigit((char)b))
            {
                if (_length < _word.Length)
                    _word[_length++] = b;
            }
            else if (_length > 0)
            {
                EndWord();
            }
        }
    }

    public IReadOnlyCollection<string> Finish()
    {
        EndWord();
        return _tokens;
    }

    private void EndWord()
    {
        // A longer word is no word: base64, hashes.
        if (_length is >= MinLength and <= MaxLength && !IsFull)
        {
            Span<char> text = stackalloc char[MaxLength];
            var word = text[..Encoding.UTF8.GetChars(_word.AsSpan(0, _length), text)];
            if (_tokens.GetAlternateLookup<ReadOnlySpan<char>>().Add(word))
                _characters += word.Length;
        }

        _length = 0;
    }
}
