namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Tells a whole answer as the events of a stream.</summary>
internal static class AnswerEvents
{
    public static IEnumerable<AnswerEvent> Of(ChatAnswer answer)
    {
        yield return new AnswerStarted(answer.Id, answer.Model);
        if (answer.Usage is { } early)
            yield return new UsageReported(early);
        for (var choice = 0; choice < answer.Choices.Count; choice++)
        {
            var parts = answer.Choices[choice].Parts;
            for (var block = 0; block < parts.Count; block++)
            {
                foreach (var answerEvent in Block(choice, block, parts[block]))
                    yield return answerEvent;
            }

            if (answer.Choices[choice].Logprobs is { } logprobs)
                yield return new LogprobsReported(choice, logprobs);
            if (answer.Choices[choice].Finish is { } finish)
                yield return new Finished(choice, finish);
        }

        if (answer.Usage is { } usage)
            yield return new UsageReported(usage);
    }

    private static IEnumerable<AnswerEvent> Block(int choice, int block, Part part)
    {
        var (kind, start, text, signature) = part switch
        {
            TextPart words => (BlockKind.Text, null, words.Text, null),
            ThinkingPart thought => (BlockKind.Thinking, null, thought.Text, thought.Signature),
            RefusalPart refusal => (BlockKind.Refusal, null, refusal.Text, null),
            ToolCallPart call => (BlockKind.ToolCall, call with { Arguments = "" }, call.Arguments, call.Signature),
            _ => (BlockKind.Whole, part, "", (Signature?)null),
        };
        yield return new BlockStarted(choice, block, kind, start);
        if (text.Length > 0)
            yield return new BlockDelta(choice, block, text);
        if (signature is not null)
            yield return new BlockSigned(choice, block, signature);
        if (part is TextPart { Citations: var citations })
        {
            foreach (var citation in citations)
                yield return new BlockCited(choice, block, citation);
        }

        yield return new BlockEnded(choice, block);
    }
}
