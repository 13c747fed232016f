using System.Text.Json;
using System.Text.Unicode;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>
/// Reads a Messages request in one pass over its raw bytes, without building anything from them. What it does not know it leaves to the provider; what would
/// make the gateway and the provider read different things (a field twice, broken UTF-8) it refuses.
/// </summary>
internal static class MessagesRequestScanner
{
    private const int MaxModelBytes = 256;

    /// <summary>The fields that the gateway reads: each at most once. The order is that of <see cref="Field"/>.</summary>
    private static readonly string[] s_names = ["", "model", "stream", "messages", "max_tokens", "system", "tools"];

    private enum Field
    {
        Other, Model, Stream, Messages, MaxTokens, System, Tools,
    }

    /// <param name="counts">It only asks how many tokens there are: no bound on the answer is needed.</param>
    public static Refusal? Scan(ReadOnlySpan<byte> body, bool counts, out RequestFacts facts)
    {
        facts = new RequestFacts { Model = "", Choices = 1 };
        if (!Utf8.IsValid(body))
            return Refusals.BadRequest("The request body is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ChatRequestScanner.MaxDepth });
            return ScanRoot(ref reader, counts, ref facts);
        }
        catch (JsonException exception)
        {
            return Refusals.BadRequest(
                $"The request body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}); it must be a JSON object nested at most {ChatRequestScanner.MaxDepth} deep.");
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character, in a name that had to be compared.
            return Refusals.BadRequest("The request body holds an escape sequence that is not valid Unicode.");
        }
    }

    private static Refusal? ScanRoot(ref Utf8JsonReader reader, bool counts, ref RequestFacts facts)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return Refusals.BadRequest("The request body must be a JSON object.");
        facts.RootStart = (int)reader.BytesConsumed;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = NameOf(ref reader);
            reader.Read();
            if (field != Field.Other)
            {
                var bit = 1 << (int)field;
                if ((seen & bit) != 0)
                    return Refusals.BadRequest($"{s_names[(int)field]}: given twice", s_names[(int)field]);
                seen |= bit;
                if (ScanField(field, ref reader, ref facts) is { } refusal)
                    return refusal;
            }

            reader.Skip();
        }

        reader.Read(); // throws when anything but white space follows
        foreach (var field in (ReadOnlySpan<Field>)[Field.Model, Field.Messages, Field.MaxTokens])
        {
            if ((seen & (1 << (int)field)) == 0 && !(counts && field == Field.MaxTokens))
                return Invalid(field, "Field required");
        }

        return null;
    }

    private static Field NameOf(ref Utf8JsonReader reader)
    {
        // ValueTextEquals sees through escapes: "mod\u0065l" is the model too.
        if (reader.ValueTextEquals("model"u8)) return Field.Model;
        if (reader.ValueTextEquals("messages"u8)) return Field.Messages;
        if (reader.ValueTextEquals("stream"u8)) return Field.Stream;
        if (reader.ValueTextEquals("max_tokens"u8)) return Field.MaxTokens;
        if (reader.ValueTextEquals("system"u8)) return Field.System;
        return reader.ValueTextEquals("tools"u8) ? Field.Tools : Field.Other;
    }

    private static Refusal? ScanField(Field field, ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        switch (field)
        {
            case Field.Model:
                return ScanModel(ref reader, ref facts);
            case Field.Messages:
                return ScanMessages(ref reader);
            case Field.Stream:
                facts.Stream = reader.TokenType == JsonTokenType.True;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null ? null : Invalid(field, "Input should be a valid boolean");
            case Field.MaxTokens:
                // Zero asks for nothing but a filled prompt cache.
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var tokens) || tokens < 0)
                    return Invalid(field, "Input should be a valid integer, not negative");
                facts.MaxTokens = tokens;
                return null;
            case Field.System:
                return reader.TokenType is JsonTokenType.String or JsonTokenType.StartArray or JsonTokenType.Null ? null : Invalid(field, "Input should be a valid string or array");
            default:
                return reader.TokenType is JsonTokenType.StartArray or JsonTokenType.Null ? null : Invalid(field, "Input should be a valid array");
        }
    }

    private static Refusal? ScanModel(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        if (reader.TokenType != JsonTokenType.String)
            return Invalid(Field.Model, "Input should be a valid string");
        if (reader.ValueSpan.Length is 0 or > MaxModelBytes)
            return Invalid(Field.Model, $"String should have between 1 and {MaxModelBytes} bytes");
        try
        {
            facts.Model = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape is JSON, but no text.
            return Invalid(Field.Model, "Input should be valid Unicode");
        }

        facts.ModelPiece = new Piece((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        return null;
    }

    private static Refusal? ScanMessages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return Invalid(Field.Messages, "Input should be a valid array");
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return Invalid(Field.Messages, "Input should be an array of objects");
            reader.Skip();
            count++;
        }

        return count == 0 ? Invalid(Field.Messages, "at least one message is required") : null;
    }

    private static Refusal Invalid(Field field, string what) => Refusals.BadRequest($"{s_names[(int)field]}: {what}", s_names[(int)field]);
}
