using System.Net;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// Providers that speak OpenAI's own format: the client's bytes pass through. Only the model's name changes where the provider knows it by another,
/// and streams are asked for their usage (https://platform.openai.com/docs/api-reference/chat/create#chat_create-stream_options).
/// </summary>
internal sealed class OpenAiWire : IProviderWire
{
    /// <summary>Carries the row's id to the provider, so that both sides' logs can be compared.</summary>
    public const string RequestIdHeader = "x-thinkwatch-request-id";

    private static readonly byte[] s_askInRoot = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] s_askInOptions = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] s_askInEmptyOptions = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] s_true = "true"u8.ToArray();

    public IReadOnlyList<string> ProviderTypes => ["openai", "custom"];

    public bool Serves(ICallSurface surface) => surface is ChatCompletionsSurface;

    public Uri CallUrl(Uri baseUrl) => new(baseUrl.AbsoluteUri.TrimEnd('/') + (HasVersion(baseUrl) ? "/chat/completions" : "/v1/chat/completions"));

    public UpstreamBody Body(Exchange exchange, RouteCandidate candidate)
    {
        ref var facts = ref exchange.Facts;
        var usage = UsageEdit(ref facts, candidate.Upstream);
        exchange.HidesUsageChunk = usage is not null;
        Edit? model = string.Equals(candidate.UpstreamModel, facts.Model, StringComparison.Ordinal) ? null : new Edit(facts.ModelPiece, candidate.UpstreamModelJson);
        Edit[] edits = (usage, model) switch
        {
            (null, null) => [],
            ({ } only, null) => [only],
            (null, { } only) => [only],
            ({ } a, { } b) => a.At.Start < b.At.Start ? [a, b] : [b, a],
        };
        return new UpstreamBody(exchange.Body.Written, edits);
    }

    public HttpRequestMessage Request(Exchange exchange, RouteCandidate candidate, UpstreamBody body, UpstreamKey? key)
    {
        var upstream = candidate.Upstream;
        var request = new HttpRequestMessage(HttpMethod.Post, upstream.CallUrl) { Content = body };
        if (upstream.CallUrl.Scheme == Uri.UriSchemeHttps)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }

        if (key is not null)
            request.Headers.Authorization = key.Bearer;
        request.Headers.TryAddWithoutValidation(RequestIdHeader, exchange.IdText);
        foreach (var header in upstream.Headers)
            request.Headers.TryAddWithoutValidation(header.Name, header.For(exchange.Principal!.Principal));
        return request;
    }

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => OpenAiAnswer.TryRead(json, ref facts);

    public AnswerStream OpenStream(Exchange exchange) => new OpenAiChatStream(exchange.HidesUsageChunk);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => OpenAiAnswer.ReadFault(body);

    /// <summary>The change that makes a stream report its usage; null when it does already, or cannot.</summary>
    private static Edit? UsageEdit(ref RequestFacts facts, Upstream upstream)
    {
        if (!facts.Stream || facts.IncludeUsage || !upstream.CanStreamUsage)
            return null;
        if (facts.StreamOptions.IsAbsent)
            return new Edit(new Piece(facts.RootStart, 0), s_askInRoot);
        if (!facts.IncludeUsagePiece.IsAbsent)
            return new Edit(facts.IncludeUsagePiece, s_true);
        return !facts.StreamOptionsIsObject || facts.StreamOptionsIsEmpty
            ? new Edit(facts.StreamOptions, s_askInEmptyOptions)
            : new Edit(new Piece(facts.StreamOptions.Start + 1, 0), s_askInOptions);
    }

    /// <summary>True for a path such as <c>/v1</c> or <c>/v1beta/openai</c>: nothing is to be added to it.</summary>
    private static bool HasVersion(Uri baseUrl)
    {
        foreach (var segment in baseUrl.Segments)
        {
            if (segment.Length >= 2 && segment[0] == 'v' && char.IsAsciiDigit(segment[1]))
                return true;
        }

        return false;
    }
}
