using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads the deltas of one choice.</summary>
internal sealed class ChoiceReader(int index, ConvertedCall call)
{
    private readonly ToolFragments _tools = new(index, call);
    private int _blocks;
    private int _open = -1;
    private BlockKind _kind;
    private CutText _text;
    private bool _refused;

    public int Index { get; } = index;

    public bool IsFinished { get; private set; }

    public void Read(JsonElement choice, List<AnswerEvent> events)
    {
        if (IsFinished)
            return;

        // Azure puts the whole message into its last event where nothing was streamed.
        if ((choice.ObjectOrNull("delta") ?? choice.ObjectOrNull("message")) is { } delta)
            ReadDelta(delta, events);
        if (choice.ObjectOrNull("logprobs") is { } logprobs)
            events.Add(new LogprobsReported(Index, logprobs.Clone()));
        if (choice.StringOrNull("finish_reason") is { Length: > 0 } reason)
            Finish(reason, events);
    }

    /// <summary>No more bytes will come.</summary>
    /// <param name="isComplete">The provider said that it was done, even if not why.</param>
    public void End(List<AnswerEvent> events, bool isComplete)
    {
        if (IsFinished)
            return;
        if (isComplete)
            Finish("stop", events);
        else
            Close(events);
    }

    private void ReadDelta(JsonElement delta, List<AnswerEvent> events)
    {
        if ((delta.Member("reasoning_content") ?? delta.Member("reasoning"))?.LooseStringOrNull() is { Length: > 0 } thoughts)
            Say(BlockKind.Thinking, thoughts, events);
        if (delta.Member("content") is { } content)
        {
            foreach (var (kind, text) in AnswerContent.Pieces(content))
                Say(kind, text, events);
        }

        if (delta.Member("refusal")?.LooseStringOrNull() is { Length: > 0 } refusal)
        {
            _refused = true;
            Say(BlockKind.Refusal, refusal, events);
        }

        foreach (var citation in AnswerContent.Citations(delta))
        {
            if (_open < 0 || _kind != BlockKind.Text)
                Open(BlockKind.Text, events);
            events.Add(new BlockCited(Index, _open, citation));
        }

        foreach (var image in AnswerContent.Images(delta))
        {
            Close(ref _open, events);
            events.Add(new BlockStarted(Index, _blocks, BlockKind.Whole, image));
            events.Add(new BlockEnded(Index, _blocks++));
        }

        ReadCalls(delta, events);
    }

    private void ReadCalls(JsonElement delta, List<AnswerEvent> events)
    {
        var position = 0;
        foreach (var item in delta.ItemsOrNone("tool_calls"))
        {
            Close(ref _open, events);
            _tools.Add(item, item.ObjectOrNull("function"), position++, ref _blocks, events);
        }

        if (delta.ObjectOrNull("function_call") is { } function)
        {
            Close(ref _open, events);
            _tools.Add(function, function, 0, ref _blocks, events);
        }
    }

    private void Say(BlockKind kind, string text, List<AnswerEvent> events)
    {
        if (_open < 0 || _kind != kind)
            Open(kind, events);
        if (_text.Take(text) is { Length: > 0 } whole)
            events.Add(new BlockDelta(Index, _open, whole));
    }

    private void Open(BlockKind kind, List<AnswerEvent> events)
    {
        Close(ref _open, events);
        _tools.EndComplete(events);
        (_open, _kind) = (_blocks++, kind);
        events.Add(new BlockStarted(Index, _open, kind));
    }

    private void Finish(string reason, List<AnswerEvent> events)
    {
        Close(events);
        IsFinished = true;
        events.Add(new Finished(Index, ChatFinish.Read(reason, _tools.Any, _refused)));
    }

    private void Close(List<AnswerEvent> events)
    {
        Close(ref _open, events);
        _tools.End(ref _blocks, events);
    }

    private void Close(ref int open, List<AnswerEvent> events)
    {
        if (open < 0)
            return;
        if (_text.End() is { Length: > 0 } rest)
            events.Add(new BlockDelta(Index, open, rest));
        events.Add(new BlockEnded(Index, open));
        open = -1;
    }
}
