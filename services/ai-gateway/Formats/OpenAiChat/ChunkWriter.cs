using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Writes a stream as <c>chat.completion.chunk</c> events. Thoughts that are to be sent back come in one delta right before the finish: client libraries put
/// deltas together in different ways, and all of them keep a field that comes once.
/// </summary>
internal sealed class ChunkWriter : IAnswerEventWriter
{
    private readonly ConvertedCall _call;
    private readonly List<ChoiceWriter> _choices = [];
    private readonly ArrayBufferWriter<byte> _head = new(256);
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonWrite.Options);
    private TokenUsage? _usage;

    public ChunkWriter(ConvertedCall call)
    {
        _call = call;
        _head.Write("data: "u8);
        using var json = new Utf8JsonWriter(_head, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, AnswerWriter.IdOf(call));
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, call.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model"u8, call.Model);
        json.Flush();
        _head.Write(",\"choices\":["u8);
    }

    public ConvertedCall Call => _call;

    public void Write(AnswerEvent answerEvent, IBufferWriter<byte> output)
    {
        switch (answerEvent)
        {
            case AnswerStarted:
                Choice(0).Begin(output);
                break;
            case BlockStarted started:
                Choice(started.Choice).Start(started, output);
                break;
            case BlockDelta delta:
                Choice(delta.Choice).Continue(delta, output);
                break;
            case BlockSigned signed:
                Choice(signed.Choice).Sign(signed, output);
                break;
            case BlockCited cited:
                Choice(cited.Choice).Cite(cited.Citation, output);
                break;
            case BlockEnded ended:
                Choice(ended.Choice).End(ended.Block, output);
                break;
            case LogprobsReported logprobs:
                Choice(logprobs.Choice).Report(logprobs.Logprobs, output);
                break;
            case Finished finished:
                Choice(finished.Choice).Finish(finished.Finish, output);
                break;
            case UsageReported reported:
                _usage = reported.Usage;
                break;
            case Pinged:
                output.Write(": ping\n\n"u8);
                break;
        }
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
        if (_usage is { } usage && _call.Request.IncludeUsage)
        {
            output.Write(_head.WrittenSpan);
            output.Write("],"u8);
            _json.Reset(output);
            ChatUsage.Write(_json, usage);
            _json.Flush();
            output.Write("}\n\n"u8);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    public void WriteFault(Refusal refusal, IBufferWriter<byte> output) => OpenAiErrors.Instance.WriteEvent(output, refusal);

    /// <summary>Starts a chunk; the members of its delta are next.</summary>
    public Utf8JsonWriter BeginChunk(int choice, IBufferWriter<byte> output)
    {
        output.Write(_head.WrittenSpan);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, choice);
        _json.WriteStartObject("delta"u8);
        return _json;
    }

    public void EndChunk(IBufferWriter<byte> output, string? finishReason = null, JsonElement? logprobs = null)
    {
        _json.WriteEndObject();
        _json.Optional("logprobs"u8, logprobs);
        _json.WriteString("finish_reason"u8, finishReason);
        _json.WriteEndObject();
        _json.Flush();
        output.Write(_call.Request.IncludeUsage ? "],\"usage\":null}\n\n"u8 : "]}\n\n"u8);
    }

    private ChoiceWriter Choice(int index)
    {
        foreach (var known in _choices)
        {
            if (known.Index == index)
                return known;
        }

        var made = new ChoiceWriter(this, index);
        _choices.Add(made);
        return made;
    }
}
