using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// Reads streamGenerateContent's server-sent events: each is a GenerateContentResponse that holds what is new, parts come whole but for text and thoughts,
/// which go on in the next. There is no closing event: the last one tells why it ended.
/// </summary>
internal sealed class StreamReader(ConvertedCall call) : IAnswerEventReader
{
    private const int MostChoices = 64;

    private readonly List<ChoiceState> _choices = [];
    private TokenUsage _usage;
    private bool _started;
    private bool _isOver;
    private int _calls;

    public bool IsComplete => _isOver || (_choices.Count > 0 && _choices.TrueForAll(static choice => choice.IsFinished));

    public IEventFraming Framing { get; } = new SseFraming();

    public void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events)
    {
        if (_isOver)
            return;
        var reader = new Utf8JsonReader(data);
        var said = JsonElement.ParseValue(ref reader);
        if (said.ObjectOrNull("error") is { } error)
        {
            _isOver = true;
            events.Add(new Faulted(Outcome.Fault(error)));
            return;
        }

        if (!_started)
        {
            _started = true;
            events.Add(new AnswerStarted(said.StringOrNull("responseId"), said.StringOrNull("modelVersion")));
        }

        foreach (var candidate in said.ItemsOrNone("candidates"))
            ReadCandidate(candidate, events);
        if (_choices.Count == 0 && Outcome.Blocked(said) is { } blocked)
        {
            _isOver = true;
            events.Add(new Finished(0, blocked));
        }

        if (Outcome.Usage(said) is { } usage)
            events.Add(new UsageReported(_usage = TokenCount.Larger(_usage, usage)));
    }

    public void End(List<AnswerEvent> events)
    {
        foreach (var choice in _choices)
            choice.Close(events);
    }

    private void ReadCandidate(JsonElement candidate, List<AnswerEvent> events)
    {
        var index = candidate.CountOrZero("index");
        if (index >= MostChoices)
            throw new JsonException("A candidate's number is out of range.");
        while (_choices.Count <= index)
            _choices.Add(new ChoiceState(_choices.Count));
        var choice = _choices[(int)index];
        if (choice.IsFinished)
            return;
        if (candidate.ObjectOrNull("content") is { } content)
        {
            foreach (var part in content.ItemsOrNone("parts"))
                choice.Add(PartReader.Read(part, call, ref _calls), PartReader.SignatureOf(part), events);
        }

        choice.Cite(new GroundingReader(candidate), events);
        if (LogprobsReader.Read(candidate) is { } logprobs)
            events.Add(new LogprobsReported(choice.Index, logprobs));
        if (candidate.StringOrNull("finishReason") is { } reason)
            choice.Finish(reason, events);
    }

    /// <summary>The blocks of one choice.</summary>
    private sealed class ChoiceState(int index)
    {
        private int _blocks;
        private BlockKind? _open;
        private bool _called;

        public int Index { get; } = index;

        public bool IsFinished { get; private set; }

        public void Add(Part? part, Signature? signature, List<AnswerEvent> events)
        {
            switch (part)
            {
                case TextPart text:
                    Say(BlockKind.Text, text.Text, events);
                    break;
                case ThinkingPart thinking:
                    AddThought(thinking, events);
                    return;
                case ToolCallPart toolCall:
                    AddCall(toolCall, events);
                    return;
                case { }:
                    AddWhole(part, events);
                    break;
            }

            if (signature is not null)
                AddWhole(new HiddenThinkingPart(signature), events);
        }

        public void Cite(GroundingReader grounding, List<AnswerEvent> events)
        {
            // Places count from the beginning of a text that is gone by now, so that only the cited words are told.
            if (_open is not BlockKind.Text)
                return;
            foreach (var (_, citation) in grounding.All())
                events.Add(new BlockCited(Index, _blocks - 1, citation with { Start = null, End = null }));
        }

        public void Finish(string reason, List<AnswerEvent> events)
        {
            Close(events);
            IsFinished = true;
            events.Add(new Finished(Index, Outcome.Finish(reason, _called)));
        }

        public void Close(List<AnswerEvent> events)
        {
            if (_open is null)
                return;
            _open = null;
            events.Add(new BlockEnded(Index, _blocks - 1));
        }

        private void AddThought(ThinkingPart thinking, List<AnswerEvent> events)
        {
            Say(BlockKind.Thinking, thinking.Text, events, evenIfEmpty: thinking.Signature is not null);
            if (thinking.Signature is null)
                return;
            events.Add(new BlockSigned(Index, _blocks - 1, thinking.Signature));
            Close(events);
        }

        private void AddCall(ToolCallPart toolCall, List<AnswerEvent> events)
        {
            _called = true;
            Close(events);
            events.Add(new BlockStarted(Index, _blocks++, BlockKind.ToolCall, toolCall with { Arguments = "" }));
            events.Add(new BlockDelta(Index, _blocks - 1, toolCall.Arguments));
            if (toolCall.Signature is not null)
                events.Add(new BlockSigned(Index, _blocks - 1, toolCall.Signature));
            events.Add(new BlockEnded(Index, _blocks - 1));
        }

        private void AddWhole(Part part, List<AnswerEvent> events)
        {
            Close(events);
            events.Add(new BlockStarted(Index, _blocks, BlockKind.Whole, part));
            events.Add(new BlockEnded(Index, _blocks++));
        }

        private void Say(BlockKind kind, string text, List<AnswerEvent> events, bool evenIfEmpty = false)
        {
            if (text.Length == 0 && !evenIfEmpty)
                return;
            if (_open != kind)
            {
                Close(events);
                events.Add(new BlockStarted(Index, _blocks++, kind));
                _open = kind;
            }

            if (text.Length > 0)
                events.Add(new BlockDelta(Index, _blocks - 1, text));
        }
    }
}
