using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Why a call is not, or no longer, served: the answer to the client and the row's outcome. Never holds a secret. Immutable.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">Kind of error, e.g. <c>invalid_request_error</c>.</param>
/// <param name="Code">What exactly, for programs; null where OpenAI has none.</param>
/// <param name="Message">For people.</param>
/// <param name="Outcome">As the row says it.</param>
internal sealed record Refusal(int Status, string Type, string? Code, string Message, Outcome Outcome)
{
    /// <summary>The request's parameter at fault.</summary>
    public string? Param { get; init; }

    /// <summary>Seconds for <c>retry-after</c>; negative: none.</summary>
    public int RetryAfterSeconds { get; init; } = -1;

    /// <summary>Tells SDKs that trying again is pointless.</summary>
    public bool DoNotRetry { get; init; }
}
