using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Embeddings;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// InvokeModel with the embedding models of Amazon (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html) and
/// Cohere (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html), each in its own words.
/// </summary>
internal sealed class BedrockEmbeddings(BedrockFormat bedrock) : IEmbeddingsUpstream, IWireFormat
{
    private const int MostTexts = 96;

    public WireFormat Format => WireFormat.BedrockEmbeddings;

    public void WriteRequest(EmbeddingsRequest request, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        if (IsCohere(request))
            WriteCohere(json, request);
        else
            WriteTitan(json, request);
        json.WriteEndObject();
    }

    public EmbeddingsAnswer ReadAnswer(JsonElement answer, EmbeddingsRequest request)
    {
        if (!IsCohere(request))
            return new EmbeddingsAnswer([Vector.Read(answer.Member("embedding"))], answer.Member("inputTextTokenCount") is null ? null : answer.CountOrZero("inputTextTokenCount"));

        // By type when types were asked for, as they were; older models answer with the list itself.
        var vectors = answer.ObjectOrNull("embeddings") is { } byType ? byType.ItemsOrNone("float") : answer.ItemsOrNone("embeddings");
        return new EmbeddingsAnswer([.. vectors.Select(static vector => Vector.Read(vector))], null);
    }

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => bedrock.TryReadAnswer(json, ref facts);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => bedrock.ReadFault(body);

    private static bool IsCohere(EmbeddingsRequest request) => request.UpstreamModel.Contains("cohere.", StringComparison.OrdinalIgnoreCase);

    private static void WriteTitan(Utf8JsonWriter json, EmbeddingsRequest request)
    {
        if (request.Inputs.Count > 1)
            throw new ConversionException("This model takes one input at a time.", "input");
        var takesDimensions = !request.UpstreamModel.Contains("titan-embed-text-v1", StringComparison.Ordinal) && !request.UpstreamModel.Contains("titan-embed-g1", StringComparison.Ordinal);
        if (request.Dimensions is not null && !takesDimensions)
            throw new ConversionException("The length of this model's vectors cannot be chosen.", "dimensions");
        json.WriteString("inputText"u8, request.Inputs[0]);
        json.Optional("dimensions"u8, request.Dimensions);
    }

    private static void WriteCohere(Utf8JsonWriter json, EmbeddingsRequest request)
    {
        if (request.Inputs.Count > MostTexts)
            throw new ConversionException($"This model takes at most {MostTexts} inputs at once.", "input");
        if (request.Dimensions is not null && !request.UpstreamModel.Contains("embed-v4", StringComparison.Ordinal))
            throw new ConversionException("The length of this model's vectors cannot be chosen.", "dimensions");
        json.WriteStartArray("texts"u8);
        foreach (var input in request.Inputs)
            json.WriteStringValue(input);
        json.WriteEndArray();

        // Demanded, and OpenAI's clients do not say it: both sides of a search must be embedded alike.
        json.WriteString("input_type"u8, "search_document"u8);
        json.WriteStartArray("embedding_types"u8);
        json.WriteStringValue("float"u8);
        json.WriteEndArray();
        json.Optional("output_dimension"u8, request.Dimensions);
    }
}
