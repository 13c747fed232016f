using System.Text.Json;
using System.Text.Unicode;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>Reads an embeddings request in one pass over its raw bytes, without building anything from them.</summary>
internal static class EmbeddingsRequestScanner
{
    private const int MaxModelBytes = 256;
    private const string InputTypes = "a string, an array of strings, an array of integers or an array of arrays of integers, none of them empty";

    public static Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts)
    {
        facts = new RequestFacts { Model = "", Choices = 1 };
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
        bool hasModel = false, hasInput = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Refusal? refusal = null;
            if (reader.ValueTextEquals("model"u8))
            {
                refusal = hasModel ? Twice("model") : ScanModel(ref reader, ref facts);
                hasModel = true;
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                refusal = hasInput ? Twice("input") : ScanInput(ref reader);
                hasInput = true;
            }
            else
            {
                reader.Skip();
            }

            if (refusal is not null)
                return refusal;
        }

        reader.Read(); // throws when anything but white space follows
        if (!hasModel)
            return Refusals.BadRequest("you must provide a model parameter", "model");
        return hasInput ? null : Refusals.BadRequest("Missing required parameter: 'input'.", "input");
    }

    private static Refusal? ScanModel(ref Utf8JsonReader reader, ref RequestFacts facts)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            return Refusals.BadRequest("Invalid type for 'model': expected a string.", "model");
        if (reader.ValueSpan.Length is 0 or > MaxModelBytes)
            return Refusals.BadRequest($"Invalid value for 'model': expected between 1 and {MaxModelBytes} bytes.", "model");
        facts.Model = reader.GetString()!;
        facts.ModelPiece = new Piece((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        return null;
    }

    private static Refusal? ScanInput(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueSpan.Length > 0 ? null : WrongInput();
        return reader.TokenType == JsonTokenType.StartArray && ScanItems(ref reader, depth: 0) ? null : WrongInput();
    }

    /// <summary>True when the array holds texts, tokens or arrays of tokens, and is not empty. The reader ends on its end.</summary>
    private static bool ScanItems(ref Utf8JsonReader reader, int depth)
    {
        var kind = JsonTokenType.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (kind != JsonTokenType.None && kind != reader.TokenType)
                return false;
            kind = reader.TokenType;
            var isValid = kind switch
            {
                JsonTokenType.String => depth == 0 && reader.ValueSpan.Length > 0,
                JsonTokenType.Number => reader.TryGetInt32(out var token) && token >= 0,
                JsonTokenType.StartArray => depth == 0 && ScanItems(ref reader, depth + 1),
                _ => false,
            };
            if (!isValid)
                return false;
        }

        return kind != JsonTokenType.None;
    }

    private static Refusal WrongInput() => Refusals.BadRequest($"Invalid type for 'input': expected {InputTypes}.", "input");

    private static Refusal Twice(string name) => Refusals.BadRequest($"Duplicate parameter: '{name}'.", name);
}
