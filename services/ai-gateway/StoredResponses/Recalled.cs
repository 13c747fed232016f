namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>What a request's input begins with that its client did not send.</summary>
/// <param name="Items">How many items.</param>
/// <param name="ProviderId">The provider that has them too, under the request's <c>previous_response_id</c>; empty when none has.</param>
internal sealed record Recalled(int Items, string ProviderId);
