using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>
/// Compares what a client sent with what its provider received, by value: who said what in which order and how often, tools, choice and cache points, thinking,
/// sampling and the answer's shape, each in the words of the provider's format. What differs is reported unless a conversion note names it. Where both speak one
/// format, the bodies must be the same but for what the gateway itself has to change.
/// </summary>
internal static partial class ConversationDiff
{
    private const string StandIn = "skip_thought_signature_validator";

    /// <summary>What differs, each as <c>where: what</c>.</summary>
    public static IReadOnlyList<string> Lost(Format client, byte[] sent, Format provider, byte[] received, string notes)
    {
        using var mine = JsonDocument.Parse(WithoutAddresses(sent));
        using var theirs = JsonDocument.Parse(WithoutAddresses(received));
        var found = new List<string>();
        if (client == provider)
            SameWire.Compare(mine.RootElement, theirs.RootElement, "", found);
        else
            Compare(Told.Read(client, mine.RootElement), Read(provider, theirs.RootElement, found), new Notes(notes), found);
        return found;
    }

    private static Told Read(Format provider, JsonElement body, List<string> found)
    {
        try
        {
            return Told.Read(provider, body);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or KeyNotFoundException or NullReferenceException or ArgumentException)
        {
            found.Add("the provider's body is none: " + exception.Message);
            return new Told(provider);
        }
    }

    private static void Compare(Told sent, Told received, Notes notes, List<string> found)
    {
        found.AddRange(sent.Unknown.Where(path => !notes.NamePath(path)).Distinct().Select(static path => $"{path}: nobody says what became of it"));
        found.AddRange(received.Unknown.Distinct().Select(static path => $"{path}: added, and not known"));

        // Chat's plain clients do not send thoughts back: the gateway puts them in again.
        new WordsDiff(notes, found, addsThoughts: sent.Format == Format.Chat, contextIsText: received.Format == Format.Chat).Compare(sent.Words, received.Words);
        ToolsDiff.Compare(sent, received, notes, found);
        new SettingsDiff(sent, received, notes, found).Compare();
        CompareSeals(sent, received, notes, found);
        CompareStandIn(sent, received, notes, found);
    }

    private static void CompareSeals(Told sent, Told received, Notes notes, List<string> found)
    {
        var there = received.Seals.ToList();
        foreach (var seal in sent.Seals)
        {
            if (!there.Remove(seal) && !notes.Name("thinking", "thinking.signature", "tool_calls.signature", "thought_signature")) found.Add($"a signature is lost: {seal}");
        }

        foreach (var seal in there.Where(seal => seal == StandIn ? !notes.Name("thought_signature") : sent.Format != Format.Chat)) found.Add($"a signature was added: {seal}");
    }

    /// <summary>A note tells of a signature in place of none: then it is there.</summary>
    private static void CompareStandIn(Told sent, Told received, Notes notes, List<string> found)
    {
        if (received.Format == Format.Gemini && sent.Format != Format.Gemini && notes.Name("thought_signature") && !received.Seals.Contains(StandIn)) found.Add("the signature that a note tells of is not there");
    }

    /// <summary>Addresses of people do not reach providers: that is the guard's doing, and no loss.</summary>
    private static byte[] WithoutAddresses(byte[] body) => Encoding.UTF8.GetBytes(Address().Replace(Placeholder().Replace(Encoding.UTF8.GetString(body), "(address)"), "(address)"));

    [GeneratedRegex("[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();

    [GeneratedRegex("[{][{]EMAIL_[A-Za-z0-9_]+[}][}]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
