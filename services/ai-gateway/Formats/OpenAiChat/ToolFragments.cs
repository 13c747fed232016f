using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Puts the fragments of one choice's tool calls in order: clients of other formats know one open block at a time. The first call that is not over
/// streams; fragments of later ones wait until its arguments are whole JSON, which for providers that send one call after the other is at once.
/// </summary>
internal sealed class ToolFragments(int choice, ConvertedCall call)
{
    private const int MostCalls = 256;
    private const int MostWaiting = 16 * 1024 * 1024;

    private readonly List<Fragments> _calls = [];
    private int _waiting;

    public bool Any => _calls.Count > 0;

    /// <param name="item">The delta's entry.</param>
    /// <param name="function">Name and arguments in it.</param>
    /// <param name="position">Its place in the delta, should it have no index.</param>
    /// <param name="blocks">The choice's next block number.</param>
    public void Add(JsonElement item, JsonElement? function, int position, ref int blocks, List<AnswerEvent> events)
    {
        var index = item.Member("index") is { ValueKind: JsonValueKind.Number } given && given.TryGetInt32(out var number) ? number : position;
        var id = item.StringOrNull("id");
        var name = function?.StringOrNull("name");
        if (Find(index, id, name) is not { } fragments)
            return;
        if (fragments.Id is null && !string.IsNullOrEmpty(id))
            fragments.Id = id;
        if (fragments.Name is null && !string.IsNullOrEmpty(name))
            fragments.Name = name;
        fragments.Signature ??= ThinkingBlocks.OfCall(item);
        if (function?.Member("arguments") is { } arguments && fragments.Cut.Take(AnswerContent.Arguments(arguments)) is { Length: > 0 } text)
        {
            fragments.Whole.Feed(text);
            fragments.Waiting.Append(text);
            _waiting += text.Length;
            if (_waiting > MostWaiting)
                throw new InvalidDataException("Too many fragments of tool calls wait for each other.");
        }

        Advance(ref blocks, events);
    }

    /// <summary>Ends the calls whose arguments are whole.</summary>
    public void EndComplete(List<AnswerEvent> events)
    {
        foreach (var fragments in _calls)
        {
            if (fragments is { Block: >= 0, IsEnded: false, Whole.IsWhole: true })
                End(fragments, events);
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void End(ref int blocks, List<AnswerEvent> events)
    {
        foreach (var fragments in _calls)
        {
            if (fragments.IsEnded || fragments.Name is null)
                continue;
            Start(fragments, ref blocks, events);
            End(fragments, events);
        }
    }

    private Fragments? Find(int index, string? id, string? name)
    {
        var known = _calls.FindLast(fragments => fragments.Index == index);

        // Some number all calls 0; a new id with a name is another call.
        var isOther = known?.Id is { } first && !string.IsNullOrEmpty(id) && !string.IsNullOrEmpty(name) && first != id;
        if (known is not null && !isOther)
            return known.IsEnded ? null : known;
        if (_calls.Count >= MostCalls)
            return null;
        var made = new Fragments(index, _calls.Count);
        _calls.Add(made);
        return made;
    }

    private void Advance(ref int blocks, List<AnswerEvent> events)
    {
        for (var i = 0; i < _calls.Count; i++)
        {
            var fragments = _calls[i];
            if (fragments.IsEnded)
                continue;
            if (fragments.Name is null)
                return;
            Start(fragments, ref blocks, events);
            if (i == _calls.Count - 1 || !fragments.Whole.IsWhole)
                return;
            End(fragments, events);
        }
    }

    private void Start(Fragments fragments, ref int blocks, List<AnswerEvent> events)
    {
        if (fragments.Block < 0)
        {
            fragments.Block = blocks++;
            var (space, name) = call.ToolNames.ToClient(fragments.Name!);
            var id = fragments.Id ?? ToolCallIds.Make(call.RequestId, choice, fragments.Position);
            fragments.Id = id;
            events.Add(new BlockStarted(choice, fragments.Block, BlockKind.ToolCall, new ToolCallPart(id, name, "") { Namespace = space }));
        }

        if (fragments.Waiting.Length == 0)
            return;
        _waiting -= fragments.Waiting.Length;
        events.Add(new BlockDelta(choice, fragments.Block, fragments.Waiting.ToString()));
        fragments.Waiting.Clear();
    }

    private void End(Fragments fragments, List<AnswerEvent> events)
    {
        if (fragments.Cut.End() is { Length: > 0 } rest)
            events.Add(new BlockDelta(choice, fragments.Block, rest));
        if (fragments.Signature is { } signature)
            events.Add(new BlockSigned(choice, fragments.Block, signature));
        events.Add(new BlockEnded(choice, fragments.Block));
        fragments.IsEnded = true;
    }

    private sealed class Fragments(int index, int position)
    {
        public CutText Cut;
        public WholeJson Whole;

        public int Index { get; } = index;

        public int Position { get; } = position;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public Signature? Signature { get; set; }

        public int Block { get; set; } = -1;

        public bool IsEnded { get; set; }

        public StringBuilder Waiting { get; } = new();
    }

    /// <summary>Sees when an object that arrives in pieces is whole.</summary>
    private struct WholeJson
    {
        private int _depth;
        private bool _begun;
        private bool _inString;
        private bool _escaped;

        public readonly bool IsWhole => _begun && _depth == 0;

        public void Feed(string text)
        {
            foreach (var c in text)
            {
                if (_escaped)
                    _escaped = false;
                else if (_inString)
                    (_escaped, _inString) = (c == '\\', c != '"');
                else if (c == '"')
                    _inString = true;
                else if (c is '{' or '[')
                    (_begun, _depth) = (true, _depth + 1);
                else if (c is '}' or ']')
                    _depth--;
            }
        }
    }
}
