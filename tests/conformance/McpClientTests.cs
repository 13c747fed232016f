namespace ThinkWatch.Conformance.Tests;

/// <summary>The official MCP client, in the revisions with and without <c>initialize</c>.</summary>
public sealed class McpClientTests(NodeClients clients)
{
    [Theory]
    [InlineData("initialize")]
    [InlineData("auto")]
    public async Task McpClient_Connected_SeesAnEmptyToolList(string mode)
    {
        var seen = await clients.RunCaseAsync("mcp.mjs", mode);
        seen.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        seen.GetProperty("server").GetString().ShouldBe("thinkwatch");
        seen.GetProperty("tools").GetInt32().ShouldBe(0);
    }
}
