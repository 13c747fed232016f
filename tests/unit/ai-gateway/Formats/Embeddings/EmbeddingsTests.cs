using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Embeddings;

namespace ThinkWatch.AiGateway.Tests.Formats.Embeddings;

public sealed class EmbeddingsTests
{
    [Fact]
    public void Request_IsRead()
    {
        var request = Read("""{"model":"m","input":["a","b"],"dimensions":8,"encoding_format":"base64","user":"u","new_thing":1,"nothing":null}""");
        (request.Model, request.UpstreamModel, request.Dimensions, request.Base64).ShouldBe(("m", "up", 8, true));
        request.Inputs.ShouldBe(["a", "b"]);
        request.Notes.ToString().ShouldBe("dropped=user,new_thing");
        Read("""{"input":"a"}""").Inputs.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("""{"input":"x","encoding_format":"hex"}""", "encoding_format")]
    [InlineData("""{"input":"x","dimensions":0}""", "dimensions")]
    [InlineData("""{"input":[1,2]}""", "input")]
    [InlineData("""{"input":[[1,2]]}""", "input")]
    [InlineData("""{"input":["a",""]}""", "input[1]")]
    [InlineData("""{"input":"\ud800"}""", "input")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{}""", "input")]
    public void Request_ThatCannotBeConverted_IsRefusedByItsParameter(string json, string param) => Should.Throw<ConversionException>(() => Read(json)).Param.ShouldBe(param);

    [Theory]
    [InlineData("float", "[0.5,-1.25,3]")]
    [InlineData("base64", "\"AAAAPwAAoL8AAEBA\"")]
    public void Answer_IsWritten(string encoding, string vector)
    {
        var output = new ArrayBufferWriter<byte>();
        EmbeddingsWriter.Write(new EmbeddingsAnswer([[0.5f, -1.25f, 3f]], null), Read($$"""{"input":"a","encoding_format":"{{encoding}}"}"""), 7, output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":VECTOR}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}""".Replace("VECTOR", vector, StringComparison.Ordinal));
    }

    private static EmbeddingsRequest Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return EmbeddingsReader.Read(document.RootElement, "m", "up");
    }
}
