using System.Text;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Thoughts;

/// <summary>Listens to a stream for thoughts and tool calls, and hands each choice's over when it is finished. One stream, one caller at a time.</summary>
internal sealed class ThoughtfulReader(IAnswerEventReader inner, Action<IReadOnlyList<Part>> keep) : IAnswerEventReader
{
    private readonly Dictionary<(int Choice, int Block), Heard> _open = [];
    private readonly Dictionary<int, List<Part>> _turns = [];

    public bool IsComplete => inner.IsComplete;

    public IEventFraming Framing => inner.Framing;

    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        var before = events.Count;
        inner.Read(name, data, events);
        Listen(events, before);
    }

    public void End(List<AnswerEvent> events)
    {
        var before = events.Count;
        inner.End(events);
        Listen(events, before);
    }

    private void Listen(List<AnswerEvent> events, int from)
    {
        for (var i = from; i < events.Count; i++)
        {
            switch (events[i])
            {
                case BlockStarted { Part: HiddenThinkingPart hidden } started:
                    TurnOf(started.Choice).Add(hidden);
                    break;
                case BlockStarted { Kind: BlockKind.Thinking or BlockKind.ToolCall } started:
                    _open[(started.Choice, started.Block)] = new Heard(started.Part);
                    break;
                case BlockDelta delta when _open.TryGetValue((delta.Choice, delta.Block), out var heard) && heard.Part is not ToolCallPart:
                    heard.Text.Append(delta.Text);
                    break;
                case BlockSigned signed when _open.TryGetValue((signed.Choice, signed.Block), out var heard):
                    heard.Signature = signed.Signature;
                    break;
                case BlockEnded ended when _open.Remove((ended.Choice, ended.Block), out var heard):
                    TurnOf(ended.Choice).Add(heard.Part is ToolCallPart call
                        ? call with { Signature = heard.Signature ?? call.Signature }
                        : new ThinkingPart(heard.Text.ToString(), heard.Signature));
                    break;
                case Finished finished when _turns.Remove(finished.Choice, out var turn):
                    keep(turn);
                    break;
            }
        }
    }

    private List<Part> TurnOf(int choice)
    {
        if (!_turns.TryGetValue(choice, out var turn))
            _turns[choice] = turn = [];
        return turn;
    }

    private sealed class Heard(Part? part)
    {
        public Part? Part => part;

        public StringBuilder Text { get; } = new();

        public Signature? Signature { get; set; }
    }
}
