using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Embeddings;

/// <summary>A provider's side of an embeddings call. Stateless; one class a format, registered as <see cref="IWireFormat"/> too for its errors.</summary>
internal interface IEmbeddingsUpstream
{
    WireFormat Format { get; }

    /// <summary>Writes the provider's request, JSON. What cannot be said goes into the notes.</summary>
    /// <exception cref="ConversionException">Leaving it out would change what is asked: more inputs than the provider takes at once, say.</exception>
    void WriteRequest(EmbeddingsRequest request, IBufferWriter<byte> output);

    /// <summary>Reads a whole answer: one vector for each input, in their order.</summary>
    /// <exception cref="JsonException">It is not what the provider's documentation promises.</exception>
    EmbeddingsAnswer ReadAnswer(JsonElement answer, EmbeddingsRequest request);
}

/// <summary>What a client wants embedded, in no provider's words.</summary>
internal sealed class EmbeddingsRequest
{
    /// <summary>The model as the client named it.</summary>
    public required string Model { get; init; }

    public required string UpstreamModel { get; init; }

    /// <summary>At least one; none is empty.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>How long the vectors shall be; null: as the model makes them.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The client wants the vectors as base64 of little-endian floats. Of no concern to providers.</summary>
    public bool Base64 { get; init; }

    public ConversionNotes Notes { get; } = new();
}

/// <param name="Vectors">One for each input.</param>
/// <param name="InputTokens">Null when the provider does not say.</param>
internal sealed record EmbeddingsAnswer(List<float[]> Vectors, long? InputTokens);
