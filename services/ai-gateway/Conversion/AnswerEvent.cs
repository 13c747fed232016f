using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>
/// A step of a streamed answer. The order that readers keep and writers rely on: one <see cref="AnswerStarted"/>; for every block
/// <see cref="BlockStarted"/>, deltas, <see cref="BlockEnded"/> (blocks of one choice follow each other; when a provider interleaves tool calls, the block
/// that deltas name is open); <see cref="Finished"/> once a choice; <see cref="UsageReported"/> any time, each with all that is known (the last one counts).
/// A <see cref="Faulted"/> ends it. Readers close open blocks themselves when the provider does not.
/// </summary>
internal abstract record AnswerEvent;

internal sealed record AnswerStarted(string? Id, string? Model) : AnswerEvent;

internal enum BlockKind
{
    Text,
    Thinking,
    ToolCall,
    Refusal,

    /// <summary>Complete at its start: <see cref="BlockStarted.Part"/> is a <see cref="HiddenThinkingPart"/> or an <see cref="ImagePart"/>.</summary>
    Whole,
}

/// <param name="Block">Number of the block in its choice, from 0, without gaps.</param>
/// <param name="Part">What is known at the start: id and name of a tool call (arguments empty), or the whole part.</param>
internal sealed record BlockStarted(int Choice, int Block, BlockKind Kind, Part? Part = null) : AnswerEvent;

/// <summary>More text, thoughts, words of a refusal, or a fragment of a tool call's arguments, as the block's kind says.</summary>
internal sealed record BlockDelta(int Choice, int Block, string Text) : AnswerEvent;

/// <summary>The signature of a thinking block or of a tool call. Comes before the block ends.</summary>
internal sealed record BlockSigned(int Choice, int Block, Signature Signature) : AnswerEvent;

internal sealed record BlockCited(int Choice, int Block, Citation Citation) : AnswerEvent;

internal sealed record BlockEnded(int Choice, int Block) : AnswerEvent;

/// <param name="Logprobs">OpenAI's, for the text of this chunk.</param>
internal sealed record LogprobsReported(int Choice, JsonElement Logprobs) : AnswerEvent;

internal sealed record UsageReported(TokenUsage Usage) : AnswerEvent;

internal sealed record Finished(int Choice, Finish Finish) : AnswerEvent;

/// <summary>The provider reported an error inside the stream.</summary>
internal sealed record Faulted(ProviderFault Fault) : AnswerEvent;

/// <summary>A sign of life without content; passed on so that clients do not time out.</summary>
internal sealed record Pinged : AnswerEvent
{
    public static readonly Pinged Instance = new();
}
