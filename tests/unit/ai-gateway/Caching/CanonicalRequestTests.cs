using System.Text;
using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Tests.Caching;

public sealed class CanonicalRequestTests
{
    private const string Question = """{"model":"m","temperature":0,"messages":[{"role":"user","content":"x"}]}""";

    [Theory]
    [InlineData("""{ "messages" : [ {"content":"x", "role":"user"} ], "temperature":0, "model":"m"}""", true)]
    [InlineData("""{"model":"m","temperature":0,"user":"u","metadata":{"a":"b"},"messages":[{"role":"user","content":"x"}]}""", true)]
    [InlineData("""{"model":"m","temperature":0,"messages":[{"role":"user","content":"y"}]}""", false)]
    [InlineData("""{"model":"m","temperature":0,"stream":true,"messages":[{"role":"user","content":"x"}]}""", false)]
    [InlineData("""{"model":"n","temperature":0,"messages":[{"role":"user","content":"x"}]}""", false)]
    [InlineData("""{"model":"m","temperature":0,"messages":[{"role":"user","content":"x","user":"u"}]}""", false)]
    public void Digest_IsTheSame_ForTheSameQuestionOnly(string other, bool same) => (Of(other)!.Value.Digest == Of(Question)!.Value.Digest).ShouldBe(same);

    [Fact]
    public void Digest_DependsOnFormatAndBetas()
    {
        Of(Question, WireFormat.OpenAiResponses)!.Value.Digest.ShouldNotBe(Of(Question)!.Value.Digest);
        Of(Question, betas: "b")!.Value.Digest.ShouldNotBe(Of(Question)!.Value.Digest);
    }

    [Theory]
    [InlineData("""{"temperature":0.0}""", true)]
    [InlineData("""{"temperature":0.1}""", false)]
    [InlineData("""{"temperature":null}""", false)]
    [InlineData("{}", false)]
    public void Deterministic_IsTemperatureZero(string body, bool expected) => Of(body)!.Value.IsDeterministic.ShouldBe(expected);

    [Theory]
    [InlineData("{\"messages\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    public void Escape_ThatIsNoCharacter_IsNotForTheCache(string body) => Of(body).ShouldBeNull();

    private static CanonicalRequest? Of(string body, WireFormat format = WireFormat.OpenAiChat, string betas = "") =>
        CanonicalRequest.TryOf(format, betas, Encoding.UTF8.GetBytes(body));
}
