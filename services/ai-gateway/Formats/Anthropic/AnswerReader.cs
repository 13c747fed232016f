using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads a whole message that Anthropic answered with.</summary>
internal static class AnswerReader
{
    public static ChatAnswer Read(JsonElement message, ConvertedCall call)
    {
        if (message.Member("content") is not { ValueKind: JsonValueKind.Array } content)
            throw new JsonException("The answer is no message: it has no content.");
        var answer = new ChatAnswer { Id = message.StringOrNull("id"), Model = message.StringOrNull("model") };
        var choice = new AnswerChoice();
        var isUnwrapped = false;
        foreach (var block in content.EnumerateArray())
            isUnwrapped |= ReadBlock(block, choice.Parts, call);
        if (message.ObjectOrNull("usage") is { } usage)
        {
            var counts = new UsageJson();
            counts.Read(usage);
            answer.Usage = counts.ToUsage();
            answer.ServiceTier = usage.StringOrNull("service_tier");
        }

        if (message.StringOrNull("stop_reason") is { } reason)
            choice.Finish = FinishOf(reason, message.StringOrNull("stop_sequence"), isUnwrapped && !choice.Parts.Exists(static part => part is ToolCallPart));
        if (choice.Finish?.Reason == FinishReason.Refusal && choice.Parts.Count == 0 && message.ObjectOrNull("stop_details")?.StringOrNull("explanation") is { } why)
            choice.Parts.Add(new RefusalPart(why));
        answer.Choices.Add(choice);
        return answer;
    }

    /// <param name="onlyUnwrapped">Nothing was called but the tool that carries the answer: to the client that is no call.</param>
    public static Finish FinishOf(string reason, string? sequence, bool onlyUnwrapped)
    {
        var finish = StopReason.Read(reason, sequence);
        return onlyUnwrapped && finish.Reason == FinishReason.ToolCalls ? finish with { Reason = FinishReason.Stop } : finish;
    }

    /// <summary>The part that a complete block is; null for such as stay with their provider.</summary>
    public static Part? WholePart(JsonElement block, string? type, ConversionNotes notes)
    {
        if (type == "redacted_thinking")
            return new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, block.StringOrNull("data") ?? ""));
        notes.Drop(type ?? "content");
        return null;
    }

    public static ToolCallPart ToolCall(JsonElement block, string arguments, ConvertedCall call)
    {
        var (space, name) = call.ToolNames.ToClient(block.StringOrNull("name") ?? "");
        return new ToolCallPart(block.StringOrNull("id") ?? "", name, arguments) { Namespace = space };
    }

    /// <summary>True when the block is the made-up tool's call.</summary>
    private static bool ReadBlock(JsonElement block, List<Part> parts, ConvertedCall call)
    {
        var type = block.StringOrNull("type");
        switch (type)
        {
            case "text":
                parts.Add(new TextPart(block.StringOrNull("text") ?? "") { Citations = [.. block.ItemsOrNone("citations").Select(CitationJson.Read)] });
                break;
            case "thinking":
                var signature = block.StringOrNull("signature");
                parts.Add(new ThinkingPart(block.StringOrNull("thinking") ?? "", string.IsNullOrEmpty(signature) ? null : new Signature(SignatureOrigin.Claude, signature)));
                break;
            case "tool_use":
                var input = block.Member("input")?.GetRawText() ?? "{}";
                if (call.UnwrappedTool is { } unwrapped && block.StringOrNull("name") == unwrapped)
                {
                    parts.Add(new TextPart(input));
                    return true;
                }

                parts.Add(ToolCall(block, input, call));
                break;
            default:
                if (WholePart(block, type, call.Notes) is { } part)
                    parts.Add(part);
                break;
        }

        return false;
    }
}
