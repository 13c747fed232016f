using System.Text;
using ThinkWatch.AiGateway.Accounting.Tokens;

namespace ThinkWatch.AiGateway.Tests.Tokens;

/// <summary>"You are helpful." is 4 tokens, "Hello, world!" 4, a role's name 1, in o200k.</summary>
public sealed class BodyTokensTests
{
    [Theory]
    [InlineData("""{"model":"x","messages":[{"role":"system","content":"You are helpful."},{"role":"user","content":"Hello, world!"}]}""", 3 + 3 + 1 + 4 + 3 + 1 + 4)]
    [InlineData("""{"messages":[{"role":"user","name":"Ann","content":[{"type":"text","text":"Hello, \u0077orld!"}]}],"temperature":1}""", 3 + 3 + 1 + 1 + 1 + 4)]
    [InlineData("""{"system":"You are helpful.","messages":[{"role":"user","content":"Hello, world!"}]}""", 3 + 4 + 4 + 3 + 1 + 4)]
    [InlineData("""{"instructions":"You are helpful.","input":"Hello, world!"}""", 4 + 4 + 4)]
    [InlineData("""{"input":["Hello, world!","Hello, world!"]}""", 8)]
    [InlineData("""{"input":[[1,2,3],[4]]}""", 4)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"high"}}]}]}""", 3 + 3 + 1 + 765)]
    [InlineData("""{"messages":[{"role":"tool","tool_call_id":"call_0123456789","content":"Hello, world!"}]}""", 3 + 3 + 1 + 4)]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", 3 + 3 + 1 + 3)]
    [InlineData("""[1]""", 0)]
    public void Request_OfAnySurface_IsCounted(string json, long tokens) => BodyTokens.OfRequest(Encoding.UTF8.GetBytes(json), TokenEncoding.O200k).ShouldBe(tokens);

    [Theory]
    [InlineData("""{"id":"chatcmpl-123","choices":[{"index":0,"message":{"role":"assistant","content":"Hello, world!"},"logprobs":{"content":[{"token":"Hello"}]},"finish_reason":"stop"}],"usage":null}""", 4)]
    [InlineData("""{"choices":[{"message":{"content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get","arguments":"{}"}}]}}]}""", 2)]
    [InlineData("""{"choices":[{"message":{"reasoning_content":"Hello, world!","thinking_blocks":[{"type":"thinking","thinking":"Hello, world!"}],"content":"Hello, world!"}}]}""", 8)]
    [InlineData("""{"id":"msg_1","content":[{"type":"text","text":"Hello, world!"},{"type":"tool_use","id":"t","name":"get","input":{}}],"stop_reason":"tool_use"}""", 6)]
    [InlineData("""{"instructions":"You are helpful.","output":[{"type":"message","content":[{"type":"output_text","text":"Hello, world!","annotations":[{"title":"x y z"}]}]}]}""", 4)]
    [InlineData("""{"data":[{"embedding":[0.1]}]}""", 0)]
    [InlineData("""{"choices":[{"message":{"content":"Hello, world!"}},{"mess""", 0)]
    public void Answer_OfAnySurface_IsCounted(string json, long tokens) => BodyTokens.OfAnswer(Encoding.UTF8.GetBytes(json), TokenEncoding.O200k).ShouldBe(tokens);
}
