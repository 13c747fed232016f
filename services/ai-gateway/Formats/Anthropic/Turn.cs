using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>One turn as Anthropic counts them: neighbours of one side are one turn, and results of tools stand first in the user's.</summary>
internal sealed record Turn(bool IsUser, List<Part> Parts)
{
    /// <summary>Turns without the system prompt, which goes into <paramref name="system"/> wherever it stood.</summary>
    /// <param name="own">Whose signed thoughts the model takes back.</param>
    public static List<Turn> Of(ConvertedCall call, List<TextPart> system, SignatureOrigin own = SignatureOrigin.Claude)
    {
        var turns = new List<Turn>();
        foreach (var message in call.Request.Messages)
        {
            if (message.Name is not null)
                call.Notes.Drop("messages.name");
            if (message.Role is Role.System or Role.Developer)
            {
                if (turns.Count > 0)
                    call.Notes.Change("messages.system");
                system.AddRange(message.Parts.Select(static part => part as TextPart ?? throw new ConversionException("A system message may only hold text.", "messages")));
                continue;
            }

            var isUser = message.Role != Role.Assistant;
            if (turns.Count == 0 || turns[^1].IsUser != isUser)
                turns.Add(new Turn(isUser, []));
            turns[^1].Add(message.Parts, call.Notes, own);
        }

        turns.RemoveAll(static turn => turn.Parts.Count == 0);
        if (turns.Count == 0 && system.Count > 0)
        {
            // Nobody speaks but the system: then that is what is asked.
            call.Notes.Change("messages.system");
            turns.Add(new Turn(true, [.. system]));
            system.Clear();
        }

        return turns;
    }

    /// <summary>The last assistant turn calls tools, the results are there, and it does not begin with thoughts that the provider takes back.</summary>
    public static bool LastCallsAreUnthought(List<Turn> turns) =>
        turns is [.., { IsUser: false } last, { IsUser: true } results]
        && results.Parts.Exists(static part => part is ToolResultPart)
        && last.Parts[0] is not (ThinkingPart or HiddenThinkingPart);

    /// <summary>True for thoughts that the model itself has signed.</summary>
    private static bool IsOwnThought(Part part, SignatureOrigin own) =>
        (part is ThinkingPart { Signature: { } signature } && signature.Origin == own) || (part is HiddenThinkingPart { Data: var data } && data.Origin == own);

    private void Add(List<Part> parts, ConversionNotes notes, SignatureOrigin own)
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case TextPart { Text: "" }:
                    break; // Anthropic refuses empty text.
                case ThinkingPart or HiddenThinkingPart when !IsOwnThought(part, own):
                    notes.Drop("thinking"); // Only what Claude has signed is taken back.
                    break;
                case ToolResultPart:
                    Parts.Insert(Parts.FindLastIndex(static earlier => earlier is ToolResultPart) + 1, part);
                    break;
                default:
                    Parts.Add(part);
                    break;
            }
        }
    }
}
