using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>The formats that bodies of a call come in.</summary>
internal enum Format
{
    Chat,
    Messages,
    Responses,
    Gemini,
    Converse,
}

internal enum Side
{
    System,
    User,
    Assistant,
}

/// <summary>One thing that was said. Whose turns they stand in is <paramref name="Side"/>; neighbouring turns of one side are one.</summary>
/// <param name="Kind"><c>text</c>, <c>image</c>, <c>file</c>, <c>audio</c>, <c>call</c>, <c>result</c>, <c>thought</c>.</param>
/// <param name="Value">The words; <c>type;base64,…</c> or an address; a call's name and arguments; which call a result answers.</param>
internal sealed record Said(Side Side, string Kind, string Value)
{
    /// <summary>The signature of a call or a thought.</summary>
    public string? Seal { get; init; }

    /// <summary>A point of the prompt cache behind it, <c>5m</c> or <c>1h</c>.</summary>
    public string? Cache { get; set; }

    /// <summary>A file's name, context and whether it shall be cited; an image's detail; that a tool failed.</summary>
    public SortedDictionary<string, string> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>What a result holds.</summary>
    public List<Said> Inner { get; init; } = [];
}

/// <param name="Schema">In one notation for all (<see cref="Json.Canonical"/>); null when there is none.</param>
internal sealed record ToldTool(string Name, string? Description, string? Schema)
{
    public string? Space { get; init; }

    public bool IsFreeform { get; init; }

    public bool Strict { get; init; }

    public string? Cache { get; set; }
}

/// <summary>What a body says, in no format's words. Read by readers of its own, which share nothing with the gateway's.</summary>
internal sealed class Told(Format format)
{
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly List<(string Name, bool Answered)> _named = [];

    public Format Format => format;

    public string Model { get; set; } = "";

    public List<Said> Words { get; } = [];

    public List<ToldTool> Tools { get; } = [];

    /// <summary>By OpenAI's names; each value in one notation.</summary>
    public SortedDictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Signatures and sealed thoughts, wherever they stood.</summary>
    public List<string> Seals { get; } = [];

    /// <summary>Paths of what no reader knows.</summary>
    public List<string> Unknown { get; } = [];

    public static Told Read(Format format, JsonElement body)
    {
        var told = new Told(format);
        switch (format)
        {
            case Format.Chat: new ChatWire(told).Read(body); break;
            case Format.Messages: new MessagesWire(told).Read(body); break;
            case Format.Responses: new ResponsesWire(told).Read(body); break;
            case Format.Gemini: new GeminiWire(told).Read(body); break;
            default: new ConverseWire(told).Read(body); break;
        }

        return told;
    }

    public Members Open(JsonElement element, string path) => new(element, path, Unknown);

    public void Set(string name, JsonElement? value)
    {
        if (value is { ValueKind: not JsonValueKind.Null } given) Settings[name] = given.ValueKind == JsonValueKind.String ? given.GetString()! : Json.Canonical(given);
    }

    public void Set(string name, string? value)
    {
        if (value is not null) Settings[name] = value;
    }

    /// <summary>A call: its number stands for its id, which providers may change.</summary>
    public Said Call(string? id, string name, string arguments, string? seal)
    {
        if (id is not null) _calls[id] = _named.Count;
        _named.Add((name, false));
        if (seal is not null) Seals.Add(seal);
        return new Said(Side.Assistant, "call", $"{name} {Json.Canonical(arguments)}") { Seal = seal };
    }

    /// <summary>Which call it answers: that of its id, else the first of its name that has no answer yet.</summary>
    public string Answered(string? id, string? name = null)
    {
        var at = id is not null && _calls.TryGetValue(id, out var known) ? known : _named.FindIndex(call => !call.Answered && call.Name == name);
        if (at < 0) return $"of no call ({id ?? name})";
        _named[at] = _named[at] with { Answered = true };
        return $"of call {at}" + (name is not null && name != _named[at].Name ? $" by the name of {name}" : "");
    }
}
