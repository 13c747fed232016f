namespace ThinkWatch.Edge.Routing;

/// <summary>Which of the two listeners a request came in by.</summary>
internal enum Door
{
    /// <summary>AI and MCP clients.</summary>
    Gateway,

    /// <summary>Browsers and clients of the management API.</summary>
    Console,
}

/// <summary>How a refusal must look to the caller of a route.</summary>
internal enum Dialect
{
    OpenAi,
    Anthropic,
    JsonRpc,
    Problem,
}

/// <summary>A path prefix, the service that owns it, and what to cut off the path before it goes there.</summary>
internal sealed record EdgeRoute(string Prefix, string Service, Dialect Dialect, string Strip = "");

/// <summary>The owner of every path, by longest prefix on whole segments. Immutable.</summary>
internal sealed class RouteTable
{
    private static readonly EdgeRoute[] GatewayRoutes = Sorted(
    [
        new("/v1/messages", "ai-gateway", Dialect.Anthropic),
        new("/v1", "ai-gateway", Dialect.OpenAi),
        new("/mcp", "mcp-gateway", Dialect.JsonRpc),
    ]);

    private static readonly EdgeRoute[] ConsoleRoutes = Sorted(
    [
        new("/api", "admin-api", Dialect.Problem),
        new("/api/setup", "identity", Dialect.Problem),
        new("/api/setup/simulator", "admin-api", Dialect.Problem),
        new("/api/auth", "identity", Dialect.Problem),
        new("/api/keys", "identity", Dialect.Problem),
        new("/api/admin/users", "identity", Dialect.Problem),
        new("/api/admin/teams", "identity", Dialect.Problem),
        new("/api/admin/roles", "identity", Dialect.Problem),
        new("/api/admin/permissions", "identity", Dialect.Problem),
        new("/api/admin/sso", "identity", Dialect.Problem),
        new("/api/admin/organizations", "identity", Dialect.Problem),
        new("/api/admin/limits", "limits", Dialect.Problem),
        new("/api/admin/notifications", "limits", Dialect.Problem),
        new("/api/notifications", "limits", Dialect.Problem),
        new("/api/admin/log-forwarders", "audit-ingest", Dialect.Problem),
        new("/api/admin/webhook-outbox", "audit-ingest", Dialect.Problem),
        new("/api/mcp", "mcp-gateway", Dialect.Problem),
        new("/api/mcp/logs", "admin-api", Dialect.Problem),
        new("/api/admin/mcp", "mcp-gateway", Dialect.Problem),
        new("/api/admin/mcp/logs", "admin-api", Dialect.Problem),
        new("/gateway/v1/messages", "ai-gateway", Dialect.Anthropic, Strip: "/gateway"),
        new("/gateway/v1", "ai-gateway", Dialect.OpenAi, Strip: "/gateway"),
        new("/gateway/mcp", "mcp-gateway", Dialect.JsonRpc, Strip: "/gateway"),
    ]);

    /// <summary>True when a service behind edge owns the path.</summary>
    public bool Serves(Door door, PathString path) => Find(door, path) is not null;

    /// <summary>The route that owns the path, or null.</summary>
    public EdgeRoute? Find(Door door, PathString path)
    {
        foreach (var route in door == Door.Gateway ? GatewayRoutes : ConsoleRoutes)
        {
            if (Owns(route.Prefix, path.Value)) return route;
        }

        return null;
    }

    private static bool Owns(string prefix, string? path) =>
        path is not null
        && path.StartsWith(prefix, StringComparison.Ordinal)
        && (path.Length == prefix.Length || path[prefix.Length] == '/');

    private static EdgeRoute[] Sorted(EdgeRoute[] routes) => [.. routes.OrderByDescending(static r => r.Prefix.Length)];
}
