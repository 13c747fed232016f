using System.Text;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>One text of a document that must change: the inside of a JSON string, found in one pass and rewritten when all of them are known.</summary>
/// <param name="Start">Of the inside of the string, in the document's bytes.</param>
internal sealed class RedactedText(int start, int length, bool inConversation)
{
    private readonly List<(Replacement Piece, string Value)> _pieces = [];
    private byte[]? _document;
    private List<RedactedText>? _texts;

    public bool InConversation => inConversation;

    public void Replace(ReadOnlySpan<char> text, List<Replacement> replacements)
    {
        foreach (var replacement in replacements)
            _pieces.Add((replacement, new string(text.Slice(replacement.Start, replacement.Length))));
    }

    /// <summary>The string holds a JSON document, and these are its texts.</summary>
    public void Replace(byte[] document, List<RedactedText> texts)
    {
        _document = document;
        _texts = texts;
    }

    public RawEdit Rewrite(ReadOnlySpan<byte> body, Placeholders placeholders)
    {
        if (_document is not null)
        {
            using var rewritten = new PooledBuffer();
            RawEdits.Apply(_document, [.. Rewrite(_document, _texts!, placeholders)], rewritten);
            return new RawEdit(start, length, JsonText.Escape(rewritten.WrittenSpan));
        }

        // What is not replaced keeps its bytes, escapes included.
        var raw = body.Slice(start, length);
        using var output = new PooledBuffer();
        var (bytes, units) = (0, 0);
        foreach (var (piece, value) in _pieces)
        {
            var from = bytes + JsonText.Skip(raw[bytes..], piece.Start - units);
            output.Append(raw[bytes..from]);
            output.Append(Encoding.ASCII.GetBytes(piece.Label is null ? ContentRule.Redacted : placeholders.For(piece.Label, value)));
            bytes = from + JsonText.Skip(raw[from..], piece.Length);
            units = piece.End;
        }

        output.Append(raw[bytes..]);
        return new RawEdit(start, length, output.WrittenSpan.ToArray());
    }

    /// <summary>
    /// Edits in the order of the body. Placeholders are numbered first in what stands outside of the conversation: else a new turn before it would renumber it.
    /// </summary>
    public static RawEdit[] Rewrite(ReadOnlySpan<byte> body, List<RedactedText> texts, Placeholders placeholders)
    {
        var edits = new RawEdit[texts.Count];
        for (var turn = 0; turn < 2; turn++)
        {
            for (var i = 0; i < texts.Count; i++)
            {
                if (texts[i].InConversation == (turn == 1))
                    edits[i] = texts[i].Rewrite(body, placeholders);
            }
        }

        return edits;
    }
}
