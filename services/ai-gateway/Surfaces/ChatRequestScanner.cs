using System.Text.Json;
using System.Text.Unicode;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>
/// Reads a chat completion request in one pass over its raw bytes, without building anything from them. What it does not know it leaves to the
/// provider; what would make the gateway and the provider read different things (a field twice, broken UTF-8) it refuses.
/// </summary>
internal static class ChatRequestScanner
{
    internal const int MaxDepth = 64;
    private const int MaxModelBytes = 256;
    private const int MaxChoices = 128;

    /// <summary>The fields that the gateway reads: each at most once. The order is that of <see cref="Field"/>.</summary>
    private static readonly string[] s_names =
    [
        "", "model", "stream", "stream_options", "messages", "max_tokens", "max_completion_tokens", "n", "temperature", "top_p", "presence_penalty", "frequency_penalty",
    ];

    private enum Field
    {
        Other, Model, Stream, StreamOptions, Messages, MaxTokens, MaxCompletionTokens, N, Temperature, TopP, PresencePenalty, FrequencyPenalty,
    }

    public static Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts)
    {
        facts = new RequestFacts { Model = "", Choices = 1 };
        if (!Utf8.IsValid(body))
            return Refusals.BadRequest("The request body is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            return ScanRoot(ref reader, ref facts);
        }
        catch (JsonException exception)
        {
            return Refusals.BadRequest(
                $"We could not parse the JSON body of your request (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}); it must be a JSON object nested at most {MaxDepth} deep.");
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
        if ((seen & (1 << (int)Field.Model)) == 0)
            return Refusals.BadRequest("you must provide a model parameter", "model");
        return (seen & (1 << (int)Field.Messages)) == 0 ? Refusals.BadRequest("Missing required parameter: 'messages'.", "messages") : null;
    }

    private static Field NameOf(ref Utf8JsonReader reader)
    {
        // ValueTextEquals sees through escapes: "mod\u0065l" is the model too.
        if (reader.ValueTextEquals("model"u8)) return Field.Model;
        if (reader.ValueTextEquals("messages"u8)) return Field.Messages;
        if (reader.ValueTextEquals("stream"u8)) return Field.Stream;
        if (reader.ValueTextEquals("stream_options"u8)) return Field.StreamOptions;
        if (reader.ValueTextEquals("max_tokens"u8)) return Field.MaxTokens;
        if (reader.ValueTextEquals("max_completion_tokens"u8)) return Field.MaxCompletionTokens;
        if (reader.ValueTextEquals("n"u8)) return Field.N;
        if (reader.ValueTextEquals("temperature"u8)) return Field.Temperature;
        if (reader.ValueTextEquals("top_p"u8)) return Field.TopP;
        if (reader.ValueTextEquals("presence_penalty"u8)) return Field.PresencePenalty;
        return reader.ValueTextEquals("frequency_penalty"u8) ? Field.FrequencyPenalty : Field.Other;
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
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null ? null : WrongType(field, "a boolean");
            case Field.StreamOptions:
                return ScanStreamOptions(ref reader, ref facts);
            case Field.MaxTokens or Field.MaxCompletionTokens:
                if (!TryReadCount(ref reader, int.MaxValue, out var tokens))
                    return WrongType(field, "a positive integer");
                facts.MaxTokens = Math.Max(facts.MaxTokens, tokens);
                return null;
            case Field.N:
                if (!TryReadCount(ref reader, MaxChoices, out var choices))
                    return WrongType(field, $"an integer between 1 and {MaxChoices}");
                facts.Choices = Math.Max(1, choices);
                return null;
            default:
                return reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number))
                    ? null
                    : WrongType(field, "a number");
        }
    }

    private static Refusal? ScanModel(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        if (reader.TokenType != JsonTokenType.String)
            return WrongType(Field.Model, "a string");
        if (reader.ValueSpan.Length is 0 or > MaxModelBytes)
            return Refusals.BadRequest($"Invalid value for 'model': expected between 1 and {MaxModelBytes} bytes.", "model");
        try
        {
            facts.Model = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape is JSON, but no text.
            return WrongType(Field.Model, "a string of valid Unicode");
        }

        facts.ModelPiece = new Piece((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        return null;
    }

    private static Refusal? ScanMessages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return WrongType(Field.Messages, "an array of objects");
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return WrongType(Field.Messages, "an array of objects");
            reader.Skip();
            count++;
        }

        return count == 0 ? Refusals.BadRequest("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages") : null;
    }

    private static Refusal? ScanStreamOptions(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        var start = (int)reader.TokenStartIndex;
        facts.StreamOptionsIsObject = reader.TokenType == JsonTokenType.StartObject;
        facts.StreamOptionsIsEmpty = true;
        if (!facts.StreamOptionsIsObject && reader.TokenType != JsonTokenType.Null)
            return WrongType(Field.StreamOptions, "an object");
        while (facts.StreamOptionsIsObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            facts.StreamOptionsIsEmpty = false;
            var isUsage = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            if (isUsage)
            {
                if (!facts.IncludeUsagePiece.IsAbsent)
                    return Refusals.BadRequest("Duplicate parameter: 'stream_options.include_usage'.", "stream_options.include_usage");
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    return Refusals.BadRequest("Invalid type for 'stream_options.include_usage': expected a boolean.", "stream_options.include_usage");
                facts.IncludeUsage = reader.TokenType == JsonTokenType.True;
                facts.IncludeUsagePiece = new Piece((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            }

            reader.Skip();
        }

        facts.StreamOptions = new Piece(start, (int)reader.BytesConsumed - start);
        return null;
    }

    /// <summary>Null counts as not given (0).</summary>
    private static bool TryReadCount(ref Utf8JsonReader reader, int maximum, out int count)
    {
        count = 0;
        return reader.TokenType == JsonTokenType.Null
            || (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out count) && count >= 1 && count <= maximum);
    }

    private static Refusal WrongType(Field field, string expected) =>
        Refusals.BadRequest($"Invalid type for '{s_names[(int)field]}': expected {expected}.", s_names[(int)field]);
}
