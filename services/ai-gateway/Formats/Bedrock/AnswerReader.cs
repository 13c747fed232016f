using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Reads a whole ConverseResponse.</summary>
internal static class AnswerReader
{
    public static ChatAnswer Read(JsonElement said, ConvertedCall call)
    {
        if (said.ObjectOrNull("output")?.ObjectOrNull("message") is not { } message)
            throw new JsonException("The answer holds no message.");
        var model = new BedrockModel(call.UpstreamModel);
        var parts = new List<Part>();
        var unwrapped = new List<Part>();
        foreach (var block in message.ItemsOrNone("content"))
        {
            if (ReadBlock(block, call, model) is not { } part)
                continue;
            parts.Add(part);

            // Words beside an answer that was forced into a shape are no part of it.
            if (part is not TextPart || block.ObjectOrNull("toolUse") is not null)
                unwrapped.Add(part);
        }

        var isUnwrapped = unwrapped.Exists(static part => part is TextPart);
        var choice = new AnswerChoice();
        choice.Parts.AddRange(isUnwrapped ? unwrapped : parts);
        if (said.StringOrNull("stopReason") is { } reason)
            choice.Finish = Outcome.Finish(reason, isUnwrapped && !parts.Exists(static part => part is ToolCallPart), Outcome.StopSequence(said));
        var answer = new ChatAnswer { Usage = Outcome.Usage(said), ServiceTier = said.ObjectOrNull("serviceTier")?.StringOrNull("type") };
        answer.Choices.Add(choice);
        return answer;
    }

    private static Part? ReadBlock(JsonElement block, ConvertedCall call, BedrockModel model)
    {
        if (block.StringOrNull("text") is { } text)
            return new TextPart(text);
        if (block.ObjectOrNull("toolUse") is { } use)
            return ReadCall(use, call);
        if (block.ObjectOrNull("reasoningContent") is { } reasoning)
            return ReadReasoning(reasoning, model);
        if (block.ObjectOrNull("citationsContent") is { } cited)
            return ReadCited(cited);
        if (block.ObjectOrNull("image") is { } image)
            return new ImagePart(new Media("image/" + image.StringOrNull("format"), image.ObjectOrNull("source")?.StringOrNull("bytes") ?? ""));
        return null;
    }

    private static Part ReadCall(JsonElement use, ConvertedCall call)
    {
        var upstreamName = use.StringOrNull("name") ?? throw new JsonException("A tool use has no name.");
        var arguments = use.Member("input") is { } input ? input.GetRawText() : "{}";
        if (call.UnwrappedTool is { } unwrapped && unwrapped == upstreamName)
            return new TextPart(arguments);
        var (space, name) = call.ToolNames.ToClient(upstreamName);
        return new ToolCallPart(use.StringOrNull("toolUseId") ?? throw new JsonException("A tool use has no id."), name, arguments) { Namespace = space };
    }

    private static Part? ReadReasoning(JsonElement reasoning, BedrockModel model)
    {
        if (reasoning.StringOrNull("redactedContent") is { } redacted)
            return new HiddenThinkingPart(new Signature(model.Origin, redacted));
        if (reasoning.ObjectOrNull("reasoningText") is not { } thought)
            return null;
        var signature = thought.StringOrNull("signature") is { Length: > 0 } value ? new Signature(model.Origin, value) : null;
        return new ThinkingPart(thought.StringOrNull("text") ?? "", signature);
    }

    private static TextPart ReadCited(JsonElement cited) =>
        new(string.Concat(cited.ItemsOrNone("content").Select(static piece => piece.StringOrNull("text"))))
        {
            Citations = [.. cited.ItemsOrNone("citations").Select(CitationReader.Read)],
        };
}
