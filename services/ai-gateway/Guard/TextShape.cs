using System.Text.Json;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>What a value that holds text is.</summary>
internal enum TextKind
{
    /// <summary>No text: a name, an id, a number, data.</summary>
    None,

    /// <summary>Text as somebody wrote or will read it.</summary>
    Text,

    /// <summary>A JSON document inside a JSON string: arguments of tools.</summary>
    Json,

    /// <summary>A piece of a text, whose other pieces come in other events.</summary>
    TextDelta,

    /// <summary>A piece of a JSON document inside a JSON string.</summary>
    JsonDelta,

    /// <summary>The number of an event in its stream.</summary>
    Sequence,
}

/// <summary>
/// Where a format has its text: a tree of member names. An array looks like its elements. Members that are not in it are never looked at: names, ids, types,
/// URLs, data, signatures, schemas. Built once, then only read.
/// </summary>
internal sealed class TextShape(TextKind kind = TextKind.None)
{
    public static readonly TextShape Text = new(TextKind.Text);
    public static readonly TextShape Json = new(TextKind.Json);
    public static readonly TextShape TextDelta = new(TextKind.TextDelta);
    public static readonly TextShape JsonDelta = new(TextKind.JsonDelta);

    /// <summary>A piece of a thought: not the same text as the answer beside it.</summary>
    public static readonly TextShape ThoughtDelta = new(TextKind.TextDelta);
    public static readonly TextShape Sequence = new(TextKind.Sequence);

    /// <summary>Every string, however deep.</summary>
    public static readonly TextShape Everything = new TextShape(TextKind.Text).WithAny(null);

    private readonly List<(byte[] Name, TextShape Shape)> _members = [];
    private readonly List<byte[]> _indices = [];
    private readonly List<byte[]> _skipped = [];
    private TextShape? _any;

    public TextKind Kind => kind;

    public bool IsNested => kind is TextKind.Json or TextKind.JsonDelta;

    public bool IsDelta => kind is TextKind.TextDelta or TextKind.JsonDelta;

    /// <summary>The turns of the conversation: what grows from call to call.</summary>
    public bool IsConversation { get; private init; }

    public TextShape With(ReadOnlySpan<byte> name, TextShape shape)
    {
        _members.Add((name.ToArray(), shape));
        return this;
    }

    /// <summary>Every other member, too. Null: they look like this one.</summary>
    public TextShape WithAny(TextShape? shape)
    {
        _any = shape ?? this;
        return this;
    }

    /// <summary>Members that tell apart objects of this shape whose texts go on from event to event.</summary>
    public TextShape By(ReadOnlySpan<byte> index)
    {
        _indices.Add(index.ToArray());
        return this;
    }

    public TextShape NotOfType(ReadOnlySpan<byte> type)
    {
        _skipped.Add(type.ToArray());
        return this;
    }

    /// <summary>The same, marked as such.</summary>
    public TextShape AsConversation()
    {
        var turns = new TextShape(kind) { IsConversation = true, _any = _any };
        turns._members.AddRange(_members);
        turns._indices.AddRange(_indices);
        turns._skipped.AddRange(_skipped);
        return turns;
    }

    /// <summary>The shape of the member whose name the reader stands on; null when it holds no text.</summary>
    public TextShape? Member(ref Utf8JsonReader reader)
    {
        foreach (var (name, shape) in _members)
        {
            if (reader.ValueTextEquals(name))
                return shape;
        }

        return _any;
    }

    /// <summary>Looks ahead into the object that the reader stands on: is it of a type to be looked into, and which of its kind is it?</summary>
    public bool Admits(Utf8JsonReader reader, ref long channel)
    {
        if (_indices.Count == 0 && _skipped.Count == 0)
            return true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var index = IndexOf(ref reader);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String && IsSkipped(ref reader))
                return false;

            if (index >= 0 && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
                channel = HashCode.Combine(channel, index, number);
            reader.Skip();
        }

        return true;
    }

    private int IndexOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _indices.Count; i++)
        {
            if (reader.ValueTextEquals(_indices[i]))
                return i;
        }

        return -1;
    }

    private bool IsSkipped(ref Utf8JsonReader reader)
    {
        foreach (var type in _skipped)
        {
            if (reader.ValueTextEquals(type))
                return true;
        }

        return false;
    }
}
