using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>About how many tokens a Messages request has: its words by their length, pictures and documents by what they usually take.</summary>
internal static class TokenEstimate
{
    private const int BytesPerToken = 4;
    private const int PerMessage = 4;
    private const int PerMedia = 1600;
    private const int LongestWord = 1024;

    /// <param name="request">Valid JSON.</param>
    public static long Of(ReadOnlySpan<byte> request)
    {
        var reader = new Utf8JsonReader(request, new JsonReaderOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        long bytes = 0, tokens = 0;
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
                    break;
                case JsonTokenType.String when isData && reader.ValueSpan.Length > LongestWord && reader.ValueSpan.IndexOf((byte)' ') < 0:
                    tokens += PerMedia; // base64
                    break;
                case JsonTokenType.String when !isSkipped:
                    bytes += reader.ValueSpan.Length;
                    break;
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
                isData = isSkipped = false;
        }

        return Math.Max(1, tokens + ((bytes + BytesPerToken - 1) / BytesPerToken));
    }
}
