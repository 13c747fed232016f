using System.Text.Json;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Where in a document a text stands.</summary>
/// <param name="Channel">Texts of several events that go on from each other have the same.</param>
/// <param name="InConversation">It belongs to the turns of the conversation.</param>
internal readonly record struct TextPlace(TextShape Shape, long Channel, bool InConversation);

/// <summary>Is shown every text of a document.</summary>
internal interface ITextVisitor
{
    /// <summary>The reader stands on the text; it must not be moved.</summary>
    void Visit(ref Utf8JsonReader reader, in TextPlace place);
}

/// <summary>One pass over a document's bytes that stops at its texts only.</summary>
internal static class TextWalk
{
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">A member's name holds an escape that is no character.</exception>
    public static void Run<TVisitor>(ReadOnlySpan<byte> json, TextShape shape, TVisitor visitor)
        where TVisitor : ITextVisitor
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ChatRequestScanner.MaxDepth });
        reader.Read();
        Visit(ref reader, new TextPlace(shape, Channel: 0, shape.IsConversation), visitor);
        reader.Read(); // throws when anything but white space follows
    }

    private static void Visit<TVisitor>(ref Utf8JsonReader reader, in TextPlace place, TVisitor visitor)
        where TVisitor : ITextVisitor
    {
        var shape = place.Shape;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when shape.Kind is not (TextKind.None or TextKind.Sequence):
            case JsonTokenType.Number when shape.Kind == TextKind.Sequence:
                visitor.Visit(ref reader, place);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Visit(ref reader, place, visitor);
                break;
            case JsonTokenType.StartObject:
                VisitObject(ref reader, place, visitor);
                break;
        }
    }

    private static void VisitObject<TVisitor>(ref Utf8JsonReader reader, in TextPlace place, TVisitor visitor)
        where TVisitor : ITextVisitor
    {
        var channel = place.Channel;
        if (!place.Shape.Admits(reader, ref channel))
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = place.Shape.Member(ref reader);
            reader.Read();
            if (member is null)
                reader.Skip();
            else
                Visit(ref reader, new TextPlace(member, channel, place.InConversation || member.IsConversation), visitor);
        }
    }
}
