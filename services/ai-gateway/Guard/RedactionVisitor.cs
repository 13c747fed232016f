using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.Guard;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Collects the texts of a document that must change. One document at a time.</summary>
internal sealed class RedactionVisitor(TextInspector inspector) : ITextVisitor
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<Replacement> _replacements = [];

    /// <summary>In the order of the document; null when there is none.</summary>
    public List<RedactedText>? Texts { get; private set; }

    public void Visit(ref Utf8JsonReader reader, in TextPlace place)
    {
        var raw = reader.ValueSpan;
        if (raw.IsEmpty)
            return;
        var start = (int)reader.TokenStartIndex + 1;
        var characters = ArrayPool<char>.Shared.Rent(raw.Length);
        try
        {
            var text = characters.AsSpan(0, reader.ValueIsEscaped ? JsonText.Unescape(raw, characters) : Encoding.UTF8.GetChars(raw, characters));
            if (place.Shape.IsNested && TryVisitDocument(text, start, raw.Length, place))
                return;
            _replacements.Clear();
            inspector.Inspect(text, _replacements);
            if (_replacements.Count == 0)
                return;
            var redacted = new RedactedText(start, raw.Length, place.InConversation);
            redacted.Replace(text, _replacements);
            (Texts ??= []).Add(redacted);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    /// <summary>False: the string holds no document, so it is looked at as it is.</summary>
    private bool TryVisitDocument(ReadOnlySpan<char> text, int start, int length, in TextPlace place)
    {
        if (text.TrimStart(" \t\r\n") is not ['{' or '[', ..])
            return false;
        byte[] document;
        var inner = new RedactionVisitor(inspector);
        try
        {
            document = new byte[s_strict.GetByteCount(text)];
            s_strict.GetBytes(text, document);
            TextWalk.Run(document, TextShape.Everything, inner);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or EncoderFallbackException)
        {
            return false;
        }

        if (inner.Texts is null)
            return true;
        var redacted = new RedactedText(start, length, place.InConversation);
        redacted.Replace(document, inner.Texts);
        (Texts ??= []).Add(redacted);
        return true;
    }
}
