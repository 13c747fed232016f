using System.Text.Json;
using ThinkWatch.Integration.Tests.Permissions;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Rules of MCP servers and of their tools, over REST.</summary>
public sealed class McpLimitsTests(ManagementFleet fleet) : IClassFixture<ManagementFleet>
{
    private const string Tool = "github.search";

    [Fact]
    public async Task RulesOfAnMcpServerAndItsTool_MeetItsCallsOnly_AndAnOverrideReplacesThem()
    {
        var server = Guid.CreateVersion7().ToString();
        var (serverPath, toolPath) = ($"/api/admin/limits/mcp_server/{server}", $"/api/admin/limits/mcp_tool/{Tool}");
        await SetAsync($"{serverPath}/rules", new { surface = "mcp_gateway", metric = "requests", window_secs = 60, max_count = 100 });
        await SetAsync($"{toolPath}/rules", new { surface = "mcp_gateway", metric = "requests", window_secs = 60, max_count = 10 });
        await MeetsAsync(server, Tool, "mcp_server:requests/1m 100", "mcp_tool:requests/1m 10");
        await MeetsAsync(server, "another", "mcp_server:requests/1m 100");
        await MeetsAsync(Guid.CreateVersion7().ToString(), Tool, "mcp_tool:requests/1m 10");

        var widened = new { surface = "mcp_gateway", metric = "requests", window_secs = 60, max_count = 40, expires_at = DateTimeOffset.UtcNow.AddHours(1), reason = "a migration" };
        var passing = await SetAsync($"{toolPath}/rules", widened);
        await MeetsAsync("", Tool, "mcp_tool:requests/1m 40");
        (await SendAsync("DELETE", $"{toolPath}/rules/{passing.GetProperty("id").GetString()}", null)).Status.ShouldBe(204);
        await MeetsAsync("", Tool, "mcp_tool:requests/1m 10");

        (await SendAsync("POST", $"{toolPath}/budgets", new { period = "daily", unit = "usd", limit = 1 })).Status.ShouldBe(422, "their calls have no price");
        (await SendAsync("POST", $"{serverPath}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 60, max_count = 1 })).Status.ShouldBe(400);
    }

    private Task<Identity.Answer> SendAsync(string method, string path, object? body) => fleet.SendAsync("limits", method, path, body, fleet.AdminKey);

    private Task<JsonElement> SetAsync(string path, object body) => fleet.CreateAsync("limits", path, body, fleet.AdminKey);

    /// <summary>Which limits such a call would meet; a change takes a moment to be in force.</summary>
    private async Task MeetsAsync(string server, string tool, params string[] expected)
    {
        List<string> met = [];
        var patience = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!met.Order().SequenceEqual(expected.Order()) && DateTime.UtcNow < patience)
        {
            await Task.Delay(50);
            var answer = await SendAsync("POST", "/api/admin/limits/simulate", new { surface = "mcp_gateway", mcp_server_id = server, mcp_tool = tool });
            if (answer.Status != 200) continue;
            met = [.. answer.Json.GetProperty("items").EnumerateArray().Select(static item => $"{item.GetProperty("label").GetString()} {item.GetProperty("limit").GetString()}")];
        }

        met.ShouldBe(expected, ignoreOrder: true);
    }
}
