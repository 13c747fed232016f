using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Bedrock;
using ThinkWatch.AiGateway.Formats.Embeddings;
using ThinkWatch.AiGateway.Formats.Gemini;

namespace ThinkWatch.AiGateway.Tests.Formats;

/// <summary>Embeddings at Google and Bedrock, byte by byte.</summary>
public sealed class EmbeddingsUpstreamTests
{
    private static readonly GeminiEmbeddings s_gemini = new(new GeminiFormat());
    private static readonly BedrockEmbeddings s_bedrock = new(new BedrockFormat());

    [Fact]
    public void Gemini_TakesABatch() => Written(s_gemini, "gemini-embedding-001", 256, "a", "<é>").ShouldBe(
        """{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"outputDimensionality":256},{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"<é>"}]},"outputDimensionality":256}]}""");

    [Fact]
    public void Titan_TakesOne() => Written(s_bedrock, "amazon.titan-embed-text-v2:0", 512, "a").ShouldBe("""{"inputText":"a","dimensions":512}""");

    [Fact]
    public void Cohere_TakesTexts_AndMustKnowWhatFor()
    {
        Written(s_bedrock, "cohere.embed-english-v3", null, "a", "b").ShouldBe("""{"texts":["a","b"],"input_type":"search_document","embedding_types":["float"]}""");
        Written(s_bedrock, "us.cohere.embed-v4:0", 512, "a").ShouldBe("""{"texts":["a"],"input_type":"search_document","embedding_types":["float"],"output_dimension":512}""");
    }

    [Theory]
    [InlineData("amazon.titan-embed-text-v2:0", 2, null, "input")]
    [InlineData("amazon.titan-embed-text-v1", 1, 256, "dimensions")]
    [InlineData("cohere.embed-english-v3", 97, null, "input")]
    [InlineData("cohere.embed-english-v3", 1, 256, "dimensions")]
    [InlineData("gemini-embedding-001", 101, null, "input")]
    public void WhatAModelCannotDo_IsRefused(string model, int inputs, int? dimensions, string param) => Should.Throw<ConversionException>(
        () => Written(model.StartsWith("gemini", StringComparison.Ordinal) ? s_gemini : s_bedrock, model, dimensions, [.. Enumerable.Repeat("x", inputs)])).Param.ShouldBe(param);

    [Theory]
    [InlineData("gemini-embedding-001", """{"embeddings":[{"values":[0.5,-1]},{"values":[2e-3,0]}],"usageMetadata":{"promptTokenCount":7}}""", 7L)]
    [InlineData("cohere.embed-english-v3", """{"embeddings":{"float":[[0.5,-1],[0.002,0]]},"response_type":"embeddings_by_type"}""", null)]
    [InlineData("cohere.embed-english-v3", """{"embeddings":[[0.5,-1],[0.002,0]]}""", null)]
    public void Answer_IsAVectorForEachInput(string model, string said, long? tokens)
    {
        var answer = Read(model, said);
        answer.Vectors.ShouldBe([[0.5f, -1f], [0.002f, 0f]]);
        answer.InputTokens.ShouldBe(tokens);
    }

    [Fact]
    public void Answer_OfTitan_IsOneVectorWithItsTokens()
    {
        var answer = Read("amazon.titan-embed-text-v2:0", """{"embedding":[0.5],"inputTextTokenCount":3}""");
        answer.Vectors.ShouldBe([[0.5f]]);
        answer.InputTokens.ShouldBe(3);
    }

    [Theory]
    [InlineData("gemini-embedding-001", """{"embeddings":[{"values":"x"}]}""")]
    [InlineData("cohere.embed-english-v3", """{"embeddings":[["x"]]}""")]
    [InlineData("amazon.titan-embed-text-v2:0", "{}")]
    [InlineData("amazon.titan-embed-text-v2:0", "[]")]
    public void Answer_ThatIsNone_IsAnError(string model, string said) => Should.Throw<JsonException>(() => Read(model, said));

    private static EmbeddingsAnswer Read(string model, string said) =>
        (model.StartsWith("gemini", StringComparison.Ordinal) ? (IEmbeddingsUpstream)s_gemini : s_bedrock).ReadAnswer(ProviderSide.Json(said), Request(model, null, "x"));

    private static EmbeddingsRequest Request(string model, int? dimensions, params string[] inputs) => new() { Model = "m", UpstreamModel = model, Inputs = inputs, Dimensions = dimensions };

    private static string Written(IEmbeddingsUpstream upstream, string model, int? dimensions, params string[] inputs)
    {
        var output = new ArrayBufferWriter<byte>();
        upstream.WriteRequest(Request(model, dimensions, inputs), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
