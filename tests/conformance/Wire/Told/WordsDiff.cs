using System.Text;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>
/// Compares what was said: the same things in the same order, by the same sides, once each. Where a format holds one text only, neighbours may have been joined;
/// what else differs is named by a note.
/// </summary>
internal sealed class WordsDiff(Notes notes, List<string> found, bool addsThoughts, bool contextIsText)
{
    private static readonly string[] s_joints = ["", "\n", "\n\n"];

    /// <summary>The gateway's own words, by the note that tells of them.</summary>
    private static readonly (string Note, string Words)[] s_own =
    [
        ("tool_result.attachments", "Attached to the result of tool call "), ("tool_result.attachments", "What this result has attached follows in the next user message."),
        ("messages", "(The assistant begins.)"), ("messages.content", "See the document."),
    ];

    private readonly HashSet<string> _contexts = new(StringComparer.Ordinal);
    private readonly List<(string Path, Unit Unit)> _lost = [];
    private readonly List<(string Path, Unit Unit)> _added = [];

    /// <summary>Neighbouring texts of one side, or one other thing.</summary>
    private sealed record Unit(List<Said> Parts)
    {
        public Said First => Parts[0];

        public bool IsText => First.Kind == "text";

        public override string ToString() => $"{First.Side} {First.Kind} {(string.Concat(Parts.Select(static part => part.Value)) is { Length: > 160 } text ? text[..160] + "…" : string.Concat(Parts.Select(static part => part.Value)))}";
    }

    public void Compare(List<Said> sent, List<Said> received)
    {
        if (contextIsText && notes.Name("document.context")) CompareContexts(sent, received);
        var isHoisted = notes.Name("messages.system");
        foreach (var side in isHoisted ? (bool?[])[true, false] : [null])
        {
            Align(Units(sent.Where(said => side is null || said.Side == Side.System == side)), Units(received.Where(said => side is null || said.Side == Side.System == side)), "words");
        }

        Settle();
    }

    /// <summary>Where documents have no context, it is a text beside them.</summary>
    private void CompareContexts(List<Said> sent, List<Said> received)
    {
        foreach (var context in sent.Select(static said => said.Marks.GetValueOrDefault("context")).OfType<string>().Where(_contexts.Add))
            Report($"the context of a document: {context}", received.Count(said => said.Kind == "text" && said.Value == context) == 1);
    }

    private void Align(List<Unit> sent, List<Unit> received, string path)
    {
        var length = new int[sent.Count + 1, received.Count + 1];
        for (var i = sent.Count - 1; i >= 0; i--)
        {
            for (var k = received.Count - 1; k >= 0; k--)
                length[i, k] = IsSame(sent[i], received[k]) ? length[i + 1, k + 1] + 1 : Math.Max(length[i + 1, k], length[i, k + 1]);
        }

        for (int i = 0, k = 0; i < sent.Count || k < received.Count;)
        {
            if (i < sent.Count && k < received.Count && IsSame(sent[i], received[k])) ComparePair(sent[i++], received[k++], $"{path}[{i - 1}]");
            else if (k == received.Count || (i < sent.Count && length[i + 1, k] >= length[i, k + 1])) _lost.Add(($"{path}[{i}]", sent[i++]));
            else _added.Add(($"{path}[{k}]", received[k++]));
        }
    }

    private void ComparePair(Unit sent, Unit received, string path)
    {
        var (one, other) = (sent.First, received.First);
        if (one.Kind == "result") Align(Units(one.Inner), Units(Tried(other)), path + ".");
        if (one.Seal is not null && other.Seal is not null && one.Seal != other.Seal) Report(path + " has another signature", notes.Name("thought_signature"));
        ComparePoints(sent.Parts, received.Parts, path);
        foreach (var name in one.Marks.Keys.Union(other.Marks.Keys))
        {
            var (mine, theirs) = (one.Marks.GetValueOrDefault(name), other.Marks.GetValueOrDefault(name));
            if (mine != theirs && !IsMarkSame(name, mine, theirs)) Report($"{path} {name}: {mine ?? "nothing"} became {theirs ?? "nothing"}", name != "is_error" ? notes.Name(name, "document." + name, "image_url." + name) : notes.Name("tool_result.is_error") && received.First.Marks.ContainsKey("is_error"));
        }
    }

    /// <summary>Where no format says that a tool failed, the text does.</summary>
    private List<Said> Tried(Said result)
    {
        const string Failed = "The tool failed.";
        if (!notes.Name("tool_result.is_error") || result.Inner is not [{ Kind: "text" } first, ..] || !first.Value.StartsWith(Failed, StringComparison.Ordinal)) return result.Inner;
        result.Marks["is_error"] = "true";
        var rest = first.Value[Failed.Length..].TrimStart('\n');
        return [.. rest.Length == 0 ? [] : new[] { first with { Value = rest } }, .. result.Inner.Skip(1)];
    }

    /// <summary>The same points behind the same parts; where texts were joined there is none.</summary>
    private void ComparePoints(List<Said> sent, List<Said> received, string path)
    {
        if (sent.Count != received.Count)
        {
            Report($"{path}: cache points of joined texts", notes.Name("cache_control") || !sent.Concat(received).Any(static part => part.Cache is not null));
            return;
        }

        for (var i = 0; i < sent.Count; i++)
        {
            if (sent[i].Cache != received[i].Cache) Report($"{path} cache point: {sent[i].Cache ?? "none"} became {received[i].Cache ?? "none"}", notes.Name("cache_control", "cache_control.ttl"));
        }
    }

    private static bool IsMarkSame(string name, string? sent, string? received) => name switch
    {
        // A document must have a name; and its extension is said by its format.
        "filename" => sent is null ? received is "document.pdf" or "document" || received?.StartsWith("document-", StringComparison.Ordinal) == true : received is not null && Path.GetFileNameWithoutExtension(sent) == Path.GetFileNameWithoutExtension(received),
        _ => false,
    };

    /// <summary>What is missing in one place and stands in another has moved; the rest is lost, or was added.</summary>
    private void Settle()
    {
        foreach (var (path, unit) in _lost.ToArray())
        {
            var isAttached = path.Contains("].", StringComparison.Ordinal) && unit.First.Kind is "image" or "file" or "audio";
            var at = isAttached ? _added.FindIndex(added => IsSame(unit, added.Unit)) : -1;
            if (at < 0) continue;
            Report($"{path} moved to {_added[at].Path}: {unit}", notes.Name("tool_result.attachments", "tool_result.media"));
            _lost.Remove((path, unit));
            _added.RemoveAt(at);
        }

        foreach (var (path, unit) in _lost)
            Report($"{path} lost: {unit}", unit.First.Kind switch { "thought" or "hidden" => notes.Name("thinking"), "image" when unit.First.Side == Side.Assistant => notes.Name("messages.image"), "file" or "text" => notes.Name("document", "search_result", "compaction"), _ => false });
        foreach (var (path, unit) in _added)
            Report($"{path} added: {unit}", (unit.First.Kind is "thought" or "hidden" && addsThoughts) || (unit.First.Kind is "text" or "image" && notes.Name("document", "search_result", "compaction")));
    }

    private void Report(string what, bool isNamed)
    {
        if (!isNamed) found.Add(what);
    }

    private static bool IsSame(Unit sent, Unit received)
    {
        var (one, other) = (sent.First, received.First);
        if (one.Kind != other.Kind || one.Side != other.Side) return false;
        if (!sent.IsText) return one.Value == other.Value || (one.Kind == "call" && one.Value == Renamed(other.Value, one.Value));
        return IsJoined([.. sent.Parts.Select(static part => part.Value)], [.. received.Parts.Select(static part => part.Value)]);
    }

    /// <summary>Each text is there by itself, or joined with its neighbours.</summary>
    private static bool IsJoined(ReadOnlySpan<string> sent, ReadOnlySpan<string> received)
    {
        if (sent.IsEmpty || received.IsEmpty) return sent.IsEmpty && received.IsEmpty;
        for (var taken = 1; taken <= sent.Length - received.Length + 1; taken++)
        {
            foreach (var joint in s_joints)
            {
                if (received[0] == string.Join(joint, sent[..taken]!) && IsJoined(sent[taken..], received[1..])) return true;
            }
        }

        return false;
    }

    /// <summary>Names that a provider does not take are made such that it does.</summary>
    private static string Renamed(string received, string sent)
    {
        var (space, there) = (sent.IndexOf(' ', StringComparison.Ordinal), received.IndexOf(' ', StringComparison.Ordinal));
        return ToolsDiff.IsRenamed(sent[..space], received[..there]) ? sent[..space] + received[there..] : received;
    }

    private List<Unit> Units(IEnumerable<Said> words)
    {
        var units = new List<Unit>();
        foreach (var given in words)
        {
            if (given.Kind == "text" && _contexts.Contains(given.Value)) continue;
            var said = given.Kind == "text" ? WithoutOwn(given) : given;
            if (said.Kind == "text" && said.Value.Length == 0) continue;
            if (said.Kind == "text" && units is [.., { IsText: true } last] && last.First.Side == said.Side) last.Parts.Add(said);
            else units.Add(new Unit([said]));
        }

        return units;
    }

    private Said WithoutOwn(Said said)
    {
        var text = new StringBuilder();
        var lines = said.Value.Split('\n');
        if (!s_own.Any(own => notes.Name(own.Note) && lines.Any(line => line.StartsWith(own.Words, StringComparison.Ordinal)))) return said;
        foreach (var line in lines.Where(line => !s_own.Any(own => notes.Name(own.Note) && line.StartsWith(own.Words, StringComparison.Ordinal)))) text.Append(text.Length == 0 ? "" : "\n").Append(line);
        return said with { Value = text.ToString() };
    }
}
