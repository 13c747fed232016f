using System.Text.Json;
using System.Text.Unicode;
using ThinkWatch.AiGateway.Formats.Responses;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>
/// Reads a Responses request in one pass over its raw bytes, without building anything from them. What it does not know it leaves to the provider; what
/// would make the gateway and the provider read different things (a field twice, broken UTF-8) it refuses.
/// </summary>
internal static class ResponsesRequestScanner
{
    private const int MaxModelBytes = 256;
    private const int MaxIdBytes = 256;

    /// <summary>The fields that the gateway reads: each at most once. The order is that of <see cref="Field"/>.</summary>
    private static readonly string[] s_names =
    [
        "", "model", "input", "stream", "max_output_tokens", "previous_response_id", "store", "background", "prompt", "conversation", "temperature", "top_p",
    ];

    private enum Field
    {
        Other, Model, Input, Stream, MaxOutputTokens, PreviousResponseId, Store, Background, Prompt, Conversation, Temperature, TopP,
    }

    public static Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts)
    {
        facts = new RequestFacts { Model = "", Choices = 1, Store = true };
        if (!Utf8.IsValid(body))
            return Refusals.BadRequest("The request body is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ChatRequestScanner.MaxDepth });
            return ScanRoot(ref reader, ref facts);
        }
        catch (JsonException exception)
        {
            return Refusals.BadRequest(
                $"We could not parse the JSON body of your request (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}); it must be a JSON object nested at most {ChatRequestScanner.MaxDepth} deep.");
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character, in a name that had to be compared.
            return Refusals.BadRequest("The request body holds an escape sequence that is not valid Unicode.");
        }
    }

    private static Refusal? ScanRoot(ref Utf8JsonReader reader, ref RequestFacts facts)
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
                    return Refusals.BadRequest($"Duplicate parameter: '{s_names[(int)field]}'.", s_names[(int)field]);
                seen |= bit;
                if (ScanField(field, ref reader, ref facts) is { } refusal)
                    return refusal;
            }

            reader.Skip();
        }

        reader.Read(); // throws when anything but white space follows
        return Missing(seen, facts.PreviousResponseId);
    }

    private static Refusal? Missing(int seen, string? previousResponseId)
    {
        if ((seen & (1 << (int)Field.Model)) == 0)
            return Refusals.BadRequest("Missing required parameter: 'model'.", "model");
        if (previousResponseId is not null && (seen & (1 << (int)Field.Conversation)) != 0)
            return Refusals.BadRequest("Mutually exclusive parameters: 'previous_response_id' and 'conversation'.", "previous_response_id");
        return (seen & ((1 << (int)Field.Input) | (1 << (int)Field.Prompt))) == 0 ? Refusals.BadRequest("Missing required parameter: 'input'.", "input") : null;
    }

    private static Field NameOf(ref Utf8JsonReader reader)
    {
        // ValueTextEquals sees through escapes: "mod\u0065l" is the model too.
        if (reader.ValueTextEquals("model"u8)) return Field.Model;
        if (reader.ValueTextEquals("input"u8)) return Field.Input;
        if (reader.ValueTextEquals("stream"u8)) return Field.Stream;
        if (reader.ValueTextEquals("max_output_tokens"u8)) return Field.MaxOutputTokens;
        if (reader.ValueTextEquals("previous_response_id"u8)) return Field.PreviousResponseId;
        if (reader.ValueTextEquals("store"u8)) return Field.Store;
        if (reader.ValueTextEquals("background"u8)) return Field.Background;
        if (reader.ValueTextEquals("prompt"u8)) return Field.Prompt;
        if (reader.ValueTextEquals("conversation"u8)) return Field.Conversation;
        if (reader.ValueTextEquals("temperature"u8)) return Field.Temperature;
        return reader.ValueTextEquals("top_p"u8) ? Field.TopP : Field.Other;
    }

    private static Refusal? ScanField(Field field, ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        var isFlag = reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null;
        switch (field)
        {
            case Field.Model:
                return ScanModel(ref reader, ref facts);
            case Field.Input:
                return ScanInput(ref reader, ref facts);
            case Field.Stream:
                facts.Stream = reader.TokenType == JsonTokenType.True;
                return isFlag ? null : WrongType(field, "a boolean");
            case Field.Store:
                facts.Store = reader.TokenType != JsonTokenType.False;
                return isFlag ? null : WrongType(field, "a boolean");
            case Field.Background:
                return reader.TokenType is JsonTokenType.False or JsonTokenType.Null ? null
                    : Refusals.BadRequest("Background responses are not offered here: the gateway answers while the client waits.", "background");
            case Field.MaxOutputTokens:
                return ScanMaxTokens(ref reader, ref facts);
            case Field.PreviousResponseId:
                return ScanPreviousResponse(ref reader, ref facts);
            case Field.Prompt or Field.Conversation:
                return null;
            default:
                return reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number))
                    ? null
                    : WrongType(field, "a number");
        }
    }

    private static Refusal? ScanModel(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        if (!TryReadText(ref reader, MaxModelBytes, out var model))
            return WrongType(Field.Model, $"a string of 1 to {MaxModelBytes} bytes of valid Unicode");
        facts.Model = model;
        facts.ModelPiece = PieceOf(ref reader);
        return null;
    }

    private static Refusal? ScanMaxTokens(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var tokens) || tokens < 1)
            return WrongType(Field.MaxOutputTokens, "a positive integer");
        facts.MaxTokens = tokens;
        return null;
    }

    private static Refusal? ScanPreviousResponse(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (!TryReadText(ref reader, MaxIdBytes, out var id))
            return WrongType(Field.PreviousResponseId, "the id of a response");
        facts.PreviousResponseId = id;
        facts.PreviousResponsePiece = PieceOf(ref reader);
        return null;
    }

    private static Refusal? ScanInput(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.StartArray))
            return WrongType(Field.Input, "a string or an array of input items");
        while (reader.TokenType != JsonTokenType.String && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return WrongType(Field.Input, "a string or an array of input items");
            ScanItem(ref reader, ref facts);
        }

        facts.InputPiece = new Piece(start, (int)reader.BytesConsumed - start);
        return null;
    }

    private static void ScanItem(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        bool hasType = false, hasRole = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                hasType = reader.TokenType == JsonTokenType.String;
                facts.HasItemReferences |= hasType && reader.ValueTextEquals("item_reference"u8);
            }
            else if (reader.ValueTextEquals("encrypted_content"u8))
            {
                reader.Read();
                facts.HasForeignThoughts |= reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith(ThoughtText.PrefixUtf8);
            }
            else
            {
                hasRole |= reader.ValueTextEquals("role"u8);
                reader.Read();
            }

            reader.Skip();
        }

        facts.HasItemReferences |= !hasType && !hasRole;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, int longest, out string text)
    {
        text = "";
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length == 0 || reader.ValueSpan.Length > longest)
            return false;
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape is JSON, but no text.
            return false;
        }
    }

    private static Piece PieceOf(ref Utf8JsonReader reader) => new((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));

    private static Refusal WrongType(Field field, string expected) =>
        Refusals.BadRequest($"Invalid type for '{s_names[(int)field]}': expected {expected}.", s_names[(int)field]);
}
