using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Embeddings;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Gemini's batchEmbedContents (https://ai.google.dev/api/embeddings#method:-models.batchembedcontents): one request in it for each input.</summary>
internal sealed class GeminiEmbeddings(GeminiFormat gemini) : IEmbeddingsUpstream, IWireFormat
{
    private const int MostInputs = 100;

    public WireFormat Format => WireFormat.GeminiEmbeddings;

    public void WriteRequest(EmbeddingsRequest request, IBufferWriter<byte> output)
    {
        if (request.Inputs.Count > MostInputs)
            throw new ConversionException($"This model takes at most {MostInputs} inputs at once.", "input");
        var model = request.UpstreamModel.Contains('/', StringComparison.Ordinal) ? request.UpstreamModel : "models/" + request.UpstreamModel;
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteStartArray("requests"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteStartObject("content"u8);
            json.WriteStartArray("parts"u8);
            PartWriter.WriteText(json, input);
            json.WriteEndArray();
            json.WriteEndObject();
            json.Optional("outputDimensionality"u8, request.Dimensions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public EmbeddingsAnswer ReadAnswer(JsonElement answer, EmbeddingsRequest request) => new(
        [.. answer.ItemsOrNone("embeddings").Select(static embedding => Vector.Read(embedding.Member("values")))],
        answer.ObjectOrNull("usageMetadata") is { } usage ? usage.CountOrZero("promptTokenCount") : null);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => gemini.TryReadAnswer(json, ref facts);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => gemini.ReadFault(body);
}
