using System.Text;
using System.Text.Json;
using ThinkWatch.McpGateway.Methods;
using ThinkWatch.McpGateway.Protocol;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.McpGateway.Tests;

public sealed class JsonRpcTests
{
    private readonly MethodTable _methods = new(new ServiceIdentity("mcp-gateway", "9.9.9", "test", "/nowhere"));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"ping"}""", false)]
    [InlineData("""{"jsonrpc":"2.0","id":"a","method":"ping"}""", true)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":{}}""", true)]
    public void Of_Message_KnowsWhetherAnAnswerIsWanted(string json, bool wanted) => (Message(json)!.Value.Id is not null).ShouldBe(wanted);

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    public void Of_NotAMessage_IsNull(string json) => Message(json).ShouldBeNull();

    [Theory]
    [InlineData("2024-11-05", "2024-11-05")]
    [InlineData("2025-06-18", "2025-06-18")]
    [InlineData("2025-11-25", "2025-11-25")]
    [InlineData("1999-01-01", "2025-11-25")]
    [InlineData("2026-07-28", "2025-11-25")]
    public void Initialize_Proposal_IsTakenWhenSpoken(string proposed, string agreed)
    {
        var result = Answer($$$"""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"{{{proposed}}}"}}""", Revisions.Assumed);
        result.GetProperty("protocolVersion").GetString().ShouldBe(agreed);
        result.GetProperty("serverInfo").GetProperty("name").GetString().ShouldBe("thinkwatch");
        result.GetProperty("capabilities").TryGetProperty("tools", out _).ShouldBeTrue();
    }

    [Fact]
    public void ToolsList_NoServers_IsEmptyInBothErasShapes()
    {
        const string Json = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";
        Answer(Json, Revisions.Latest).GetRawText().ShouldBe("""{"tools":[]}""");
        Answer(Json, Revisions.Discovering).GetProperty("resultType").GetString().ShouldBe("complete");
    }

    [Theory]
    [InlineData("tools/call")]
    [InlineData("server/discover")]
    public void Answer_UnknownMethod_IsMethodNotFound(string method) =>
        Should.Throw<RpcException>(() => _methods.Answer(Message($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}"}""")!.Value, Revisions.Latest))
            .Code.ShouldBe(ErrorCodes.MethodNotFound);

    private static RpcMessage? Message(string json) => RpcMessage.Of(JsonDocument.Parse(json).RootElement);

    private JsonElement Answer(string json, string revision)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) _methods.Answer(Message(json)!.Value, revision)(writer);
        return JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray())).RootElement;
    }
}
