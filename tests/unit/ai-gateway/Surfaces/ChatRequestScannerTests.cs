using System.Text;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Tests.Surfaces;

public sealed class ChatRequestScannerTests
{
    [Fact]
    public void Facts_AreFoundWhereverTheyStand()
    {
        var facts = Accept("""
            { "tools":[{"function":{"parameters":{"model":"no","stream":true}}}], "n" : 2, "max_tokens":null,
              "messages":[{"role":"user","content":"\"model\":\"no\""}], "max_completion_tokens": 77 ,"stream":true,
              "model" : "gpt-\u0034o" }
            """);
        facts.Model.ShouldBe("gpt-4o");
        facts.Stream.ShouldBeTrue();
        (facts.Choices, facts.MaxTokens).ShouldBe((2, 77));
        facts.IncludeUsage.ShouldBeFalse();
    }

    [Fact]
    public void ModelPiece_IsTheTokenWithItsQuotes()
    {
        const string Body = """{"é":1,"model" :  "a\"b" ,"messages":[{}]}""";
        var facts = Accept(Body);
        var bytes = Encoding.UTF8.GetBytes(Body);
        Encoding.UTF8.GetString(bytes.AsSpan(facts.ModelPiece.Start, facts.ModelPiece.Length)).ShouldBe("""
            "a\"b"
            """);
    }

    [Fact]
    public void Depth_UpToTheLimit_IsAccepted()
    {
        // The root is one level itself.
        var deepest = ChatRequestScanner.MaxDepth - 1;
        Accept(Nested(deepest));
        Scan(Nested(deepest + 1), out _).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"stream_options":{"include_usage":true,"include_usage":false},"model":"m","messages":[{}]}""", "stream_options.include_usage")]
    [InlineData("""{"stream_options":{"include_usage":1},"model":"m","messages":[{}]}""", "stream_options.include_usage")]
    [InlineData("""{"messages":[{}],"messages":[{}],"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":[{}],"n":1.5}""", "n")]
    [InlineData("""{"model":"m","messages":[{}],"max_tokens":-1}""", "max_tokens")]
    public void Fault_NamesItsParameter(string body, string param) => Scan(body, out _)!.Param.ShouldBe(param);

    [Fact]
    public void Anything_EverCut_IsRefusedAndNeverThrows()
    {
        const string Body = """{"model":"m","stream_options":{"include_usage":true},"messages":[{"role":"user","content":"é😀\u00e9"}],"n":1,"x":[1e3,true,null]}""";
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var length = 0; length < bytes.Length; length++)
            ChatRequestScanner.Scan(bytes.AsSpan(0, length), out _).ShouldNotBeNull();
        ChatRequestScanner.Scan(bytes, out _).ShouldBeNull();
    }

    [Fact]
    public void Anything_EverDamaged_NeverThrows()
    {
        var random = new Random(1);
        var original = Encoding.UTF8.GetBytes("""{"model":"m\ud83d\ude00","stream":true,"stream_options":{},"messages":[{"content":"é"}],"max_tokens":12}""");
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = original.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = ChatRequestScanner.Scan(bytes, out _);
        }
    }

    private static string Nested(int levels) => $$"""{"model":"m","messages":[{}],"x":{{new string('[', levels)}}{{new string(']', levels)}}}""";

    private static RequestFacts Accept(string body)
    {
        Scan(body, out var facts).ShouldBeNull();
        return facts;
    }

    private static Refusal? Scan(string body, out RequestFacts facts) => ChatRequestScanner.Scan(Encoding.UTF8.GetBytes(body), out facts);
}
