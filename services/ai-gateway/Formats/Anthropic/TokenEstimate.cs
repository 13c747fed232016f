using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting.Tokens;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// How many tokens a Messages request has for a model that is not Anthropic's: its words are counted, pictures and documents taken for what they usually are.
/// </summary>
internal static class TokenEstimate
{
    private const int PerMessage = 4;
    private const int PerMedia = 1600;
    private const int LongestWord = 1024;

    /// <param name="request">Valid JSON.</param>
    public static long Of(ReadOnlySpan<byte> request, string model)
    {
        var encoding = TokenCounter.EncodingOf(model);
        var reader = new Utf8JsonReader(request, new JsonReaderOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        var tokens = 0L;
        var isSkipped = false;
        var isData = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    isData = reader.ValueTextEquals("data"u8);
                    isSkipped = reader.ValueTextEquals("signature"u8) || reader.ValueTextEquals("model"u8) || reader.ValueTextEquals("type"u8);
                    tokens += reader.ValueTextEquals("role"u8) ? PerMessage : 0;
                    continue;
                case JsonTokenType.String when isData && reader.ValueSpan.Length > LongestWord && reader.ValueSpan.IndexOf((byte)' ') < 0:
                    tokens += PerMedia; // base64
                    break;
                case JsonTokenType.String when !isSkipped:
                    tokens += Count(ref reader, encoding);
                    break;
            }

            isData = isSkipped = false;
        }

        return Math.Max(1, tokens);
    }

    private static int Count(ref Utf8JsonReader reader, TokenEncoding encoding)
    {
        if (!reader.ValueIsEscaped)
            return TokenCounter.Count(reader.ValueSpan, encoding);
        var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return TokenCounter.Count(text.AsSpan(0, reader.CopyString(text)), encoding);
        }
        catch (InvalidOperationException)
        {
            return TokenCounter.Count(reader.ValueSpan, encoding); // Half a surrogate pair: counted as it stands.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
