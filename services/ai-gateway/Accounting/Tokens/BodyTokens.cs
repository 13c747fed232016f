using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Accounting.Tokens;

/// <summary>
/// About how many tokens a request and its answer have, on any surface, for calls whose provider does not say. Text is counted exactly; around it stands what
/// OpenAI publishes for chats: three tokens a message and its role, one more for a name, three for the answer's beginning.
/// </summary>
internal static class BodyTokens
{
    private const int PerMessage = 3;
    private const int PerName = 1;
    private const int Priming = 3;

    /// <summary>An image of 1024 × 1024 in detail (https://platform.openai.com/docs/guides/images-vision); documents are guessed no better.</summary>
    private const int PerMedia = 765;

    private const int LongestWord = 1024;

    /// <summary>Zero when it is no valid JSON object.</summary>
    public static long OfRequest(ReadOnlySpan<byte> json, TokenEncoding encoding) => Of(json, encoding, request: true);

    /// <summary>The same for a whole answer, or for one put together from a stream.</summary>
    public static long OfAnswer(ReadOnlySpan<byte> json, TokenEncoding encoding) => Of(json, encoding, request: false);

    private static long Of(ReadOnlySpan<byte> json, TokenEncoding encoding, bool request)
    {
        var tokens = 0L;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                tokens += request ? RequestMember(ref reader, json, encoding) : AnswerMember(ref reader, json, encoding);
        }
        catch (JsonException)
        {
            return 0;
        }
        catch (InvalidOperationException)
        {
            // A name in it is no Unicode and cannot be compared.
            return TokenUsage.Tokens(json.Length);
        }

        return tokens;
    }

    private static long RequestMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var isTurn = reader.ValueTextEquals("messages"u8);
        var isText = reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("instructions"u8);
        var isInput = reader.ValueTextEquals("input"u8);
        var isDefinition = reader.ValueTextEquals("tools"u8) || reader.ValueTextEquals("functions"u8) || reader.ValueTextEquals("response_format"u8);
        reader.Read();
        if (isDefinition)
            return Raw(ref reader, json, encoding);
        if (isTurn)
            return Priming + Value(ref reader, json, encoding);
        if (isInput)
            return Value(ref reader, json, encoding);
        if (isText)
            return PerMessage + 1 + Value(ref reader, json, encoding);
        reader.Skip();
        return 0;
    }

    private static long AnswerMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var isText = reader.ValueTextEquals("choices"u8) || reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("output"u8);
        reader.Read();
        if (isText)
            return Answer(ref reader, json, encoding);
        reader.Skip();
        return 0;
    }

    /// <summary>All text in a request's value, but for names of types, ids and the like.</summary>
    private static long Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var tokens = 0L;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Text(ref reader, encoding);
            case JsonTokenType.Number:
                return 1; // Embeddings take tokens too.
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    tokens += Value(ref reader, json, encoding);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    tokens += Member(ref reader, json, encoding);
                break;
        }

        return tokens;
    }

    private static long Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var isRole = reader.ValueTextEquals("role"u8);
        var isName = reader.ValueTextEquals("name"u8);
        var isMedia = reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("file_data"u8) || reader.ValueTextEquals("image_url"u8);
        var isArguments = reader.ValueTextEquals("input"u8);
        var isSkipped = IsSkipped(ref reader);
        reader.Read();
        if (isSkipped)
        {
            reader.Skip();
            return 0;
        }

        if (reader.TokenType == JsonTokenType.String && isMedia)
            return reader.ValueSpan.Length > LongestWord || reader.ValueSpan.StartsWith("http"u8) || reader.ValueSpan.StartsWith("data:"u8) ? PerMedia : Text(ref reader, encoding);
        if (isArguments && reader.TokenType == JsonTokenType.StartObject)
            return Raw(ref reader, json, encoding);
        return (isRole ? PerMessage : isName ? PerName : 0) + Value(ref reader, json, encoding);
    }

    private static bool IsSkipped(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("tool_call_id"u8) || reader.ValueTextEquals("tool_use_id"u8)
        || reader.ValueTextEquals("call_id"u8) || reader.ValueTextEquals("signature"u8) || reader.ValueTextEquals("thinking_blocks"u8) || reader.ValueTextEquals("extra_content"u8)
        || reader.ValueTextEquals("encrypted_content"u8) || reader.ValueTextEquals("cache_control"u8) || reader.ValueTextEquals("media_type"u8) || reader.ValueTextEquals("detail"u8)
        || reader.ValueTextEquals("file_id"u8) || reader.ValueTextEquals("status"u8) || reader.ValueTextEquals("format"u8);

    /// <summary>The text that a model wrote, wherever a surface puts it.</summary>
    private static long Answer(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var tokens = 0L;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                tokens += Answer(ref reader, json, encoding);
            return tokens;
        }

        while (reader.TokenType != JsonTokenType.EndObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = IsWritten(ref reader);
            var isArguments = reader.ValueTextEquals("input"u8);
            var isSkipped = IsSkipped(ref reader) || reader.ValueTextEquals("annotations"u8) || reader.ValueTextEquals("logprobs"u8) || reader.ValueTextEquals("images"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && isText)
                tokens += Text(ref reader, encoding);
            else if (isArguments && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String)
                tokens += Raw(ref reader, json, encoding);
            else if (!isSkipped && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                tokens += Answer(ref reader, json, encoding);
            else
                reader.Skip();
        }

        return tokens;
    }

    private static bool IsWritten(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8) || reader.ValueTextEquals("reasoning_content"u8)
        || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("thinking"u8);

    /// <summary>The value as it stands in the JSON.</summary>
    private static long Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TokenEncoding encoding)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return TokenCounter.Count(json[start..(int)reader.BytesConsumed], encoding);
    }

    private static long Text(ref Utf8JsonReader reader, TokenEncoding encoding)
    {
        if (!reader.ValueIsEscaped)
            return TokenCounter.Count(reader.ValueSpan, encoding);
        var unescaped = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return TokenCounter.Count(unescaped.AsSpan(0, reader.CopyString(unescaped)), encoding);
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character.
            return TokenCounter.Count(reader.ValueSpan, encoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }
}
