using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// OpenAI Chat Completions as it passes through: only the model's name changes where the provider knows it by another,
/// and streams are asked for their usage (https://platform.openai.com/docs/api-reference/chat/create#chat_create-stream_options).
/// </summary>
internal sealed class ChatWire : IClientWireFormat
{
    private static readonly byte[] s_askInRoot = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] s_askInOptions = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] s_askInEmptyOptions = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] s_true = "true"u8.ToArray();

    public WireFormat Format => WireFormat.OpenAiChat;

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => OpenAiAnswer.TryRead(json, ref facts);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => OpenAiAnswer.ReadFault(body);

    public AnswerStream OpenStream(bool hidesUsage) => new ChatStreamObserver(hidesUsage);

    public TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail) => OpenAiAnswer.ReadUsageFromTail(tail);

    public UpstreamBody PassThrough(Exchange exchange, RouteCandidate candidate)
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
}
