using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads a provider's <c>chat.completion</c>.</summary>
internal static class AnswerReader
{
    public static ChatAnswer Read(JsonElement source, ConvertedCall call)
    {
        if (source.Member("choices") is not { ValueKind: JsonValueKind.Array } choices)
            throw new JsonException("The answer has no choices.");
        var answer = new ChatAnswer
        {
            Id = source.StringOrNull("id"),
            Model = source.StringOrNull("model"),
            Usage = ChatUsage.Read(source.Member("usage")),
            ServiceTier = source.StringOrNull("service_tier"),
        };
        foreach (var choice in choices.EnumerateArray())
            answer.Choices.Add(ReadChoice(choice, answer.Choices.Count, call));
        return answer;
    }

    private static AnswerChoice ReadChoice(JsonElement source, int index, ConvertedCall call)
    {
        var message = source.ObjectOrNull("message") ?? throw new JsonException("A choice has no message.");
        var choice = new AnswerChoice { Logprobs = source.ObjectOrNull("logprobs") };
        if ((message.StringOrNull("reasoning_content") ?? message.StringOrNull("reasoning")) is { Length: > 0 } thoughts)
            choice.Parts.Add(new ThinkingPart(thoughts, null));
        if (message.Member("content") is { } content)
        {
            foreach (var (kind, text) in AnswerContent.Pieces(content))
                choice.Parts.Add(kind == BlockKind.Thinking ? new ThinkingPart(JsonRead.Repaired(text), null) : new TextPart(JsonRead.Repaired(text)));
        }

        ReadAnnotations(message, choice);
        if (message.StringOrNull("refusal") is { Length: > 0 } refusal)
            choice.Parts.Add(new RefusalPart(refusal));
        choice.Parts.AddRange(AnswerContent.Images(message));
        ReadCalls(message, index, choice, call);
        if (source.StringOrNull("finish_reason") is { } raw)
            choice.Finish = ChatFinish.Read(raw, choice.Parts.Exists(static part => part is ToolCallPart), choice.Parts.Exists(static part => part is RefusalPart));
        return choice;
    }

    private static void ReadAnnotations(JsonElement message, AnswerChoice choice)
    {
        var citations = AnswerContent.Citations(message).ToArray();
        var last = choice.Parts.FindLastIndex(static part => part is TextPart);
        if (citations.Length > 0 && last >= 0)
            choice.Parts[last] = (TextPart)choice.Parts[last] with { Citations = citations };
    }

    private static void ReadCalls(JsonElement message, int index, AnswerChoice choice, ConvertedCall call)
    {
        var position = 0;
        foreach (var item in message.ItemsOrNone("tool_calls"))
        {
            var function = item.ObjectOrNull("function") ?? throw new JsonException("A tool call has no function.");
            Add(function, item.StringOrNull("id"), position++, ThinkingBlocks.OfCall(item));
        }

        if (message.ObjectOrNull("function_call") is { } old)
            Add(old, null, position, null);

        void Add(JsonElement function, string? id, int at, Signature? signature)
        {
            var (space, name) = call.ToolNames.ToClient(function.StringOrNull("name") ?? throw new JsonException("A tool call has no name."));
            var arguments = function.Member("arguments") is { } given ? AnswerContent.Arguments(given) : "";
            choice.Parts.Add(new ToolCallPart(string.IsNullOrEmpty(id) ? ToolCallIds.Make(call.RequestId, index, at) : id, name, JsonRead.Repaired(arguments))
            {
                Namespace = space,
                Signature = signature,
            });
        }
    }
}
