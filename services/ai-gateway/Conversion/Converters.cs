using System.Buffers;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>A client's side of a conversion. Stateless; one class a format, its parts in files of their own.</summary>
internal interface IClientFormat
{
    WireFormat Format { get; }

    /// <summary>Reads <see cref="ConvertedCall.Source"/> into <see cref="ConvertedCall.Request"/>.</summary>
    /// <exception cref="ConversionException">The request is malformed, or cannot be said in other words.</exception>
    void ReadRequest(ConvertedCall call);

    /// <summary>Writes the answer that the client expects, JSON.</summary>
    void WriteAnswer(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output);

    /// <summary>Writes one stream; keeps what it needs between events.</summary>
    IAnswerEventWriter OpenWriter(ConvertedCall call);
}

/// <summary>Writes a streamed answer as the client's server-sent events. One stream, one caller at a time.</summary>
internal interface IAnswerEventWriter
{
    /// <summary>Writes nothing, one or several whole events. Each server-sent event is one call of <see cref="IBufferWriter{T}.Write"/> away from the next only by its empty line.</summary>
    void Write(AnswerEvent answerEvent, IBufferWriter<byte> output);

    /// <summary>The provider's stream has ended well: writes what ends the client's (<c>[DONE]</c>, <c>message_stop</c>, <c>response.completed</c>).</summary>
    void WriteEnd(IBufferWriter<byte> output);

    /// <summary>It has not: writes the surface's own error event, in step with what was written before.</summary>
    void WriteFault(Refusal refusal, IBufferWriter<byte> output);
}

/// <summary>A provider's side of a conversion. Stateless; one class a format, its parts in files of their own.</summary>
internal interface IUpstreamFormat
{
    WireFormat Format { get; }

    /// <summary>Writes <see cref="ConvertedCall.Request"/> for the provider, JSON. What cannot be said goes into the notes.</summary>
    /// <exception cref="ConversionException">Leaving it out would change what is asked.</exception>
    void WriteRequest(ConvertedCall call, IBufferWriter<byte> output);

    /// <summary>The provider gives one answer to a call: who wants several calls several times.</summary>
    bool GivesOneAnswer => false;

    /// <summary>Whether its models take a beta of Anthropic's, by its name; null when they take none.</summary>
    Func<string, bool>? BetasOf(string upstreamModel) => null;

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not what the provider's documentation promises.</exception>
    ChatAnswer ReadAnswer(System.Text.Json.JsonElement answer, ConvertedCall call);

    /// <summary>Reads one stream; keeps what it needs between events.</summary>
    IAnswerEventReader OpenReader(ConvertedCall call);
}

/// <summary>Reads a provider's streamed answer. One stream, one caller at a time.</summary>
internal interface IAnswerEventReader
{
    /// <summary>The provider's stream said itself that it is over.</summary>
    bool IsComplete { get; }

    /// <summary>How the bytes are cut into events.</summary>
    IEventFraming Framing { get; }

    /// <summary>Takes one event's payload and appends what it says.</summary>
    /// <param name="name">The event's type where the framing carries one (Bedrock's <c>:event-type</c>); empty otherwise.</param>
    /// <exception cref="System.Text.Json.JsonException">It is not what the provider's documentation promises.</exception>
    void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, List<AnswerEvent> events);

    /// <summary>The bytes have ended: closes what is open. Appends nothing that was not said.</summary>
    void End(List<AnswerEvent> events);
}

/// <summary>Cuts a provider's bytes into events. Keeps a position between calls: one for each stream.</summary>
internal interface IEventFraming
{
    /// <summary>True when <paramref name="buffered"/>, which starts where the last event ended, holds a whole event of <paramref name="length"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes cannot be such events: a checksum is wrong, a length impossible.</exception>
    bool TryNext(ReadOnlySpan<byte> buffered, out int length);

    /// <summary>Takes name and payload out of one whole event; an empty payload is a comment or a sign of life.</summary>
    void Open(ReadOnlySpan<byte> whole, Capture.PooledBuffer scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data);
}
