using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Accounting.Tokens;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>POST /v1/messages/count_tokens</c>: Anthropic counts exactly; for other providers' models the gateway estimates, and says so.</summary>
internal sealed class CountTokensSurface : IEstimatingSurface
{
    public const string EstimatedHeader = "x-thinkwatch-estimated";

    public string Name => "count_tokens";

    public string Method => HttpMethods.Post;

    public string Route => "/v1/messages/count_tokens";

    public IErrorShape Errors => AnthropicErrors.Instance;

    public WireFormat Format => WireFormat.AnthropicCountTokens;

    public Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts) => MessagesRequestScanner.Scan(body, counts: true, out facts);

    public async ValueTask<Refusal?> EstimateAsync(Exchange exchange)
    {
        using (var json = new Utf8JsonWriter(exchange.AnswerBody))
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens"u8, Math.Max(1, BodyTokens.OfRequest(exchange.Body.WrittenSpan, TokenCounter.EncodingOf(exchange.Facts.Model))));
            json.WriteEndObject();
        }

        // Counting uses no tokens.
        exchange.Answer.Usage = default(TokenUsage);
        var response = exchange.Http.Response;
        response.Headers[EstimatedHeader] = "true";
        response.ContentType = exchange.AnswerContentType = "application/json";
        response.ContentLength = exchange.AnswerBytes = exchange.AnswerBody.Length;
        await response.BodyWriter.WriteAsync(exchange.AnswerBody.Written, exchange.Cancelled);
        return null;
    }
}
