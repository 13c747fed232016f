using ThinkWatch.Edge.Routing;

namespace ThinkWatch.Edge.Tests;

public sealed class RouteTableTests
{
    private readonly RouteTable _routes = new();

    [Theory]
    [InlineData("/v1/chat/completions", "ai-gateway", "OpenAi")]
    [InlineData("/v1/messages", "ai-gateway", "Anthropic")]
    [InlineData("/v1/messages/count_tokens", "ai-gateway", "Anthropic")]
    [InlineData("/v1/messagesx", "ai-gateway", "OpenAi")]
    [InlineData("/mcp", "mcp-gateway", "JsonRpc")]
    public void GatewayDoor_KnownPath_GoesToItsOwnerInItsDialect(string path, string service, string dialect)
    {
        var route = _routes.Find(Door.Gateway, path).ShouldNotBeNull();
        route.Service.ShouldBe(service);
        route.Dialect.ToString().ShouldBe(dialect);
        route.Strip.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/api/setup/initialize", "identity")]
    [InlineData("/api/setup/simulator", "admin-api")]
    [InlineData("/api/auth/login", "identity")]
    [InlineData("/api/keys", "identity")]
    [InlineData("/api/keysx", "admin-api")]
    [InlineData("/api/admin/users/1", "identity")]
    [InlineData("/api/admin/limits/user/1/rules", "limits")]
    [InlineData("/api/admin/mcp/servers", "mcp-gateway")]
    [InlineData("/api/admin/mcp/logs/1/body", "admin-api")]
    [InlineData("/api/gateway/logs", "admin-api")]
    [InlineData("/api/health", "admin-api")]
    [InlineData("/gateway/v1/chat/completions", "ai-gateway")]
    [InlineData("/gateway/mcp", "mcp-gateway")]
    public void ConsoleDoor_KnownPath_GoesToTheLongestPrefixsOwner(string path, string service) =>
        _routes.Find(Door.Console, path).ShouldNotBeNull().Service.ShouldBe(service);

    [Theory]
    [InlineData("/api/keys")]
    [InlineData("/gateway/v1/models")]
    [InlineData("/")]
    [InlineData("/v10/models")]
    public void GatewayDoor_ConsolePath_IsNotServed(string path) => _routes.Find(Door.Gateway, path).ShouldBeNull();

    [Theory]
    [InlineData("/")]
    [InlineData("/gateway/logs")]
    [InlineData("/gateway/v1x")]
    [InlineData("/apis")]
    public void ConsoleDoor_PagePath_IsLeftToTheConsole(string path) => _routes.Find(Door.Console, path).ShouldBeNull();
}
