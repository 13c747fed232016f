using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Reads a whole GenerateContentResponse. One for each answer.</summary>
internal sealed class AnswerReader(ConvertedCall call)
{
    private int _calls;

    public ChatAnswer Read(JsonElement said)
    {
        if (said.ValueKind != JsonValueKind.Object)
            throw new JsonException("The answer is no object.");
        var answer = new ChatAnswer
        {
            Id = said.StringOrNull("responseId"),
            Model = said.StringOrNull("modelVersion"),
            Usage = Outcome.Usage(said),
            ServiceTier = said.ObjectOrNull("usageMetadata")?.StringOrNull("serviceTier"),
        };
        foreach (var candidate in said.ItemsOrNone("candidates"))
            answer.Choices.Add(ReadCandidate(candidate));
        if (answer.Choices.Count > 0)
            return answer;
        var blocked = Outcome.Blocked(said) ?? throw new JsonException("The answer has neither candidates nor a reason for that.");
        answer.Choices.Add(new AnswerChoice { Finish = blocked });
        return answer;
    }

    private AnswerChoice ReadCandidate(JsonElement candidate)
    {
        var choice = new AnswerChoice { Logprobs = LogprobsReader.Read(candidate) };
        var citations = new GroundingReader(candidate);
        var number = 0;
        var called = false;
        if (candidate.ObjectOrNull("content") is { } content)
        {
            foreach (var part in content.ItemsOrNone("parts"))
            {
                var read = PartReader.Read(part, call, ref _calls);
                if (read is TextPart text && citations.Of(number, text.Text) is { Count: > 0 } found)
                    read = text with { Citations = found };
                Add(choice.Parts, read, PartReader.SignatureOf(part));
                called |= read is ToolCallPart;
                number++;
            }
        }

        if (candidate.StringOrNull("finishReason") is { } reason)
            choice.Finish = Outcome.Finish(reason, called);
        return choice;
    }

    private static void Add(List<Part> parts, Part? read, Signature? signature)
    {
        switch (read)
        {
            case ThinkingPart or ToolCallPart:
                parts.Add(read);
                return;
            case null or TextPart { Text.Length: 0 }:
                break;
            default:
                parts.Add(read);
                break;
        }

        // Text has no place for a signature with any client.
        if (signature is not null)
            parts.Add(new HiddenThinkingPart(signature));
    }
}
