using System.Buffers;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Makes a provider's request of a client's where their formats differ. Stateless.</summary>
internal interface IConverter
{
    /// <summary>What it converts: client's format, provider's format.</summary>
    IEnumerable<(WireFormat Client, WireFormat Upstream)> Pairs { get; }

    /// <summary>Writes the provider's request and says how its answer comes back.</summary>
    /// <exception cref="ConversionException">It cannot be converted; nothing is to be sent.</exception>
    IConversion Convert(Exchange exchange, RouteCandidate candidate, WireFormat target, PooledBuffer output);
}

/// <summary>The way back of one converted call.</summary>
internal interface IConversion : IDisposable
{
    ConversionNotes Notes { get; }

    /// <summary>How often the request is to be sent at once. More than once: the answers come as an array, or interleaved (<see cref="FanOut.SeveralCalls"/>).</summary>
    int Calls => 1;

    /// <summary>How the bytes of one such answer are cut into events.</summary>
    IEventFraming OpenFraming() => OpenStream().Reader.Framing;

    /// <summary>Writes the client's JSON answer.</summary>
    /// <exception cref="System.Text.Json.JsonException">The provider's answer is not what its documentation promises.</exception>
    void ConvertAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts);

    /// <summary>The client asked for a stream and the provider answered with the whole: writes the client's events.</summary>
    /// <exception cref="System.Text.Json.JsonException">The provider's answer is not what its documentation promises.</exception>
    void StreamAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts);

    (IAnswerEventReader Reader, IAnswerEventWriter Writer) OpenStream();
}
