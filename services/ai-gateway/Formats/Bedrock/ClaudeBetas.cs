using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Which of Anthropic's betas Bedrock takes for which Claude, in <c>additionalModelRequestFields.anthropic_beta</c>
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html). A name that a model does not know
/// fails the whole call, so only these go; betas of fields that Converse has no place for are not among them.
/// </summary>
internal static class ClaudeBetas
{
    private static readonly (string Name, int From, int To)[] s_known =
    [
        ("interleaved-thinking-2025-05-14", 40, 47),
        ("dev-full-thinking-2025-05-14", 40, 46),
        ("context-1m-2025-08-07", 40, 46),
        ("token-efficient-tools-2025-02-19", 37, 37),
        ("output-128k-2025-02-19", 37, 37),
    ];

    public static bool Takes(string upstreamModel, string beta)
    {
        var model = ClaudeModel.Of(upstreamModel);
        return model.Family is "opus" or "sonnet" && Array.Exists(s_known, known => known.Name == beta && model.Generation >= known.From && model.Generation <= known.To);
    }
}
