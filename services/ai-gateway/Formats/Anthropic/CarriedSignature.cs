using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// What Anthropic's blocks have no place for travels in the data of a <c>redacted_thinking</c> block, which every client sends back as it came:
/// the id of OpenAI's encrypted reasoning, and Gemini's signature of the tool call that follows.
/// </summary>
internal static class CarriedSignature
{
    private const string OfCall = "call.";

    /// <summary>The block's data for thoughts that only their provider can read.</summary>
    public static string Data(HiddenThinkingPart part) =>
        (part.Data.Origin == SignatureOrigin.OpenAi ? part.Data with { Value = part.Id + "." + part.Data.Value } : part.Data).ToClient(SignatureOrigin.Claude);

    /// <summary>The block's data for the signature of the next tool call.</summary>
    public static string Data(Signature ofCall) => (ofCall with { Value = OfCall + ofCall.Value }).ToClient(SignatureOrigin.Claude);

    public static HiddenThinkingPart HiddenThinking(string data)
    {
        var signature = Signature.FromClient(data, SignatureOrigin.Claude);
        if (signature.Origin != SignatureOrigin.OpenAi || signature.Value.IndexOf('.', StringComparison.Ordinal) is not (>= 0 and var dot))
            return new HiddenThinkingPart(signature);
        return new HiddenThinkingPart(signature with { Value = signature.Value[(dot + 1)..] }, dot == 0 ? null : signature.Value[..dot]);
    }

    /// <summary>Gives calls the signatures that stand in blocks beside them.</summary>
    public static void Unpack(List<Part> parts)
    {
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            if (parts[i] is not HiddenThinkingPart { Data: { Origin: not SignatureOrigin.Claude } data } || !data.Value.StartsWith(OfCall, StringComparison.Ordinal))
                continue;
            var call = i + 1 < parts.Count && parts[i + 1] is ToolCallPart { Signature: null } ? i + 1
                : i > 0 && parts[i - 1] is ToolCallPart { Signature: null } ? i - 1 : -1;
            if (call >= 0)
                parts[call] = (ToolCallPart)parts[call] with { Signature = data with { Value = data.Value[OfCall.Length..] } };
            parts.RemoveAt(i);
        }
    }
}
