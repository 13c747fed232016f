using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Writes the deltas of one choice.</summary>
internal sealed class ChoiceWriter(ChunkWriter chunks, int index)
{
    /// <summary>Longer thoughts are not kept to be sent back.</summary>
    private const int LongestThought = 4 * 1024 * 1024;

    private readonly Dictionary<int, Block> _open = [];
    private readonly List<Part> _thoughts = [];
    private readonly bool _functions = AnswerWriter.SpeaksOfFunctions(chunks.Call);
    private bool _begun;
    private bool _refused;
    private int _calls;

    public int Index { get; } = index;

    /// <summary>The first chunk says who speaks.</summary>
    public void Begin(IBufferWriter<byte> output)
    {
        if (_begun)
            return;
        _begun = true;
        var json = chunks.BeginChunk(Index, output);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        chunks.EndChunk(output);
    }

    public void Start(BlockStarted started, IBufferWriter<byte> output)
    {
        Begin(output);
        var block = new Block(started.Kind);
        _open[started.Block] = block;
        _refused |= started.Kind == BlockKind.Refusal;
        switch (started.Part)
        {
            case ToolCallPart call:
                StartCall(block, call, output);
                break;
            case HiddenThinkingPart hidden:
                _thoughts.Add(hidden);
                break;
            case ImagePart image:
                var json = chunks.BeginChunk(Index, output);
                json.WriteStartArray("images"u8);
                AnswerWriter.WriteImage(json, image);
                json.WriteEndArray();
                chunks.EndChunk(output);
                break;
        }
    }

    public void Continue(BlockDelta delta, IBufferWriter<byte> output)
    {
        if (!_open.TryGetValue(delta.Block, out var block) || delta.Text.Length == 0)
            return;
        switch (block.Kind)
        {
            case BlockKind.Text:
                WriteText("content"u8, delta.Text, output);
                break;
            case BlockKind.Refusal:
                WriteText("refusal"u8, delta.Text, output);
                break;
            case BlockKind.Thinking:
                if (block.Kept.Length <= LongestThought)
                    block.Kept.Append(delta.Text);
                WriteText("reasoning_content"u8, delta.Text, output);
                break;
            case BlockKind.ToolCall when block.IsCustom:
                block.Kept.Append(delta.Text);
                break;
            case BlockKind.ToolCall:
                block.HasArguments = true;
                WriteArguments(block, delta.Text, output);
                break;
        }
    }

    public void Sign(BlockSigned signed, IBufferWriter<byte> output)
    {
        if (!_open.TryGetValue(signed.Block, out var block) || block.IsSigned)
            return;
        block.IsSigned = true;
        if (block.Kind == BlockKind.Thinking && block.Kept.Length <= LongestThought)
            _thoughts.Add(new ThinkingPart(block.Kept.ToString(), signed.Signature));
        if (block.Kind != BlockKind.ToolCall || _functions)
            return;

        // Clients' parsers want every fragment of a call to hold a function.
        var json = BeginCall(block, output);
        json.WriteStartObject(block.IsCustom ? "custom"u8 : "function"u8);
        json.WriteString(block.IsCustom ? "input"u8 : "arguments"u8, ""u8);
        json.WriteEndObject();
        ThinkingBlocks.WriteOfCall(json, signed.Signature);
        EndCall(json, output);
    }

    public void Cite(Citation citation, IBufferWriter<byte> output)
    {
        if (citation.Url is null)
        {
            chunks.Call.Notes.Drop("citations");
            return;
        }

        var json = chunks.BeginChunk(Index, output);
        json.WriteStartArray("annotations"u8);
        AnswerWriter.WriteAnnotation(json, citation, offset: 0);
        json.WriteEndArray();
        chunks.EndChunk(output);
    }

    public void End(int number, IBufferWriter<byte> output)
    {
        if (!_open.Remove(number, out var block) || block.Kind != BlockKind.ToolCall)
            return;
        if (block.IsCustom)
            WriteInput(block, output);
        else if (!block.HasArguments)
            WriteArguments(block, "{}", output);
    }

    public void Report(JsonElement logprobs, IBufferWriter<byte> output)
    {
        Begin(output);
        chunks.BeginChunk(Index, output);
        chunks.EndChunk(output, logprobs: logprobs);
    }

    public void Finish(Finish finish, IBufferWriter<byte> output)
    {
        Begin(output);
        if (_thoughts.Count > 0)
        {
            ThinkingBlocks.Write(chunks.BeginChunk(Index, output), _thoughts, indexed: true);
            chunks.EndChunk(output);
        }

        var reason = ChatFinish.Write(finish.Reason, _calls > 0, _refused);
        chunks.BeginChunk(Index, output);
        chunks.EndChunk(output, _functions && reason == "tool_calls" ? "function_call" : reason);
    }

    private void WriteText(ReadOnlySpan<byte> name, string text, IBufferWriter<byte> output)
    {
        chunks.BeginChunk(Index, output).WriteString(name, text);
        chunks.EndChunk(output);
    }

    private void StartCall(Block block, ToolCallPart call, IBufferWriter<byte> output)
    {
        block.Call = _calls++;
        block.IsCustom = !_functions && CustomTools.Declared(chunks.Call, call.Name);
        block.IsSigned = call.Signature is not null;
        if (_functions)
        {
            // Only one function could be called at a time.
            if (block.Call > 0)
                return;
            var function = chunks.BeginChunk(Index, output);
            function.WriteStartObject("function_call"u8);
            function.WriteString("name"u8, call.Name);
            function.WriteString("arguments"u8, ""u8);
            function.WriteEndObject();
            chunks.EndChunk(output);
            return;
        }

        var json = BeginCall(block, output);
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, block.IsCustom ? "custom"u8 : "function"u8);
        json.WriteStartObject(block.IsCustom ? "custom"u8 : "function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString(block.IsCustom ? "input"u8 : "arguments"u8, ""u8);
        json.WriteEndObject();
        ThinkingBlocks.WriteOfCall(json, call.Signature);
        EndCall(json, output);
    }

    private void WriteArguments(Block block, string text, IBufferWriter<byte> output)
    {
        if (_functions && block.Call > 0)
            return;
        var json = _functions ? chunks.BeginChunk(Index, output) : BeginCall(block, output);
        json.WriteStartObject(_functions ? "function_call"u8 : "function"u8);
        json.WriteString("arguments"u8, text);
        json.WriteEndObject();
        if (_functions)
            chunks.EndChunk(output);
        else
            EndCall(json, output);
    }

    private void WriteInput(Block block, IBufferWriter<byte> output)
    {
        var json = BeginCall(block, output);
        json.WriteStartObject("custom"u8);
        json.WriteString("input"u8, CustomTools.ToInput(block.Kept.ToString()));
        json.WriteEndObject();
        EndCall(json, output);
    }

    private Utf8JsonWriter BeginCall(Block block, IBufferWriter<byte> output)
    {
        var json = chunks.BeginChunk(Index, output);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, block.Call);
        return json;
    }

    private void EndCall(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        chunks.EndChunk(output);
    }

    private sealed class Block(BlockKind kind)
    {
        private StringBuilder? _kept;

        public BlockKind Kind { get; } = kind;

        /// <summary>Number of the tool call in its message.</summary>
        public int Call { get; set; }

        public bool IsCustom { get; set; }

        public bool IsSigned { get; set; }

        public bool HasArguments { get; set; }

        public StringBuilder Kept => _kept ??= new StringBuilder();
    }
}
