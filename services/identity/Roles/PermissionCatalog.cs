using System.Collections.Frozen;

namespace ThinkWatch.Identity.Roles;

/// <summary>Every permission there is. A "_own" key reaches what concerns its holder only.</summary>
internal static class PermissionCatalog
{
    public static IReadOnlyList<string> Keys { get; } =
    [
        "ai_gateway:use", "mcp_gateway:use", "mcp:connect",
        "keys:read", "keys:create", "keys:update", "keys:rotate", "keys:delete", "keys:admin",
        "providers:read", "providers:create", "providers:update", "providers:delete",
        "models:read", "models:create", "models:update", "models:delete",
        "mcp_servers:read", "mcp_servers:create", "mcp_servers:update", "mcp_servers:delete", "mcp_servers:approve",
        "users:read", "users:create", "users:update", "users:delete",
        "teams:read", "teams:read_own", "teams:write", "teams:delete", "team_members:write",
        "roles:read", "roles:write", "roles:edit_built_in",
        "sessions:revoke", "sessions:revoke_own",
        "limits:read", "limits:read_own", "limits:write",
        "analytics:read_all", "analytics:read_team", "analytics:read_own",
        "logs:read_all", "logs:read_team", "logs:read_own",
        "audit:read", "audit:read_bodies", "audit:export", "audit:erase", "audit:hold",
        "forwarders:read", "forwarders:write", "content_filter:read", "content_filter:write", "pii:read", "pii:write",
        "settings:read", "settings:write",
        "system:oidc", "system:scim", "system:organizations",
    ];

    private static readonly FrozenSet<string> Known = Keys.ToFrozenSet();

    public static bool Exists(string key) => Known.Contains(key);
}
