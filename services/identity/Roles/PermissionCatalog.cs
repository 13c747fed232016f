using System.Collections.Frozen;

namespace ThinkWatch.Identity.Roles;

/// <summary>One permission. <c>Dangerous</c>: it can give away secrets, other people's data or the installation itself.</summary>
internal sealed record Permission(string Key, string Description, bool Dangerous)
{
    public string Resource => Key[..Key.IndexOf(':', StringComparison.Ordinal)];

    public string Action => Key[(Key.IndexOf(':', StringComparison.Ordinal) + 1)..];
}

/// <summary>Every permission there is. A "_own" key reaches what concerns its holder only.</summary>
internal static class PermissionCatalog
{
    public static IReadOnlyList<Permission> All { get; } =
    [
        new("ai_gateway:use", "Call models through the gateway.", false),
        new("mcp_gateway:use", "Call tools through the MCP gateway.", false),
        new("mcp:connect", "Connect accounts of one's own to MCP servers.", false),
        new("keys:read", "See one's own API keys.", false),
        new("keys:create", "Make API keys for oneself.", false),
        new("keys:update", "Change one's own API keys.", false),
        new("keys:rotate", "Give one's own API keys a new secret.", false),
        new("keys:delete", "Revoke one's own API keys.", false),
        new("keys:admin", "Handle other people's API keys as one's own.", true),
        new("providers:read", "See the providers.", false),
        new("providers:create", "Add providers and their credentials.", true),
        new("providers:update", "Change providers and their credentials.", true),
        new("providers:delete", "Delete providers.", true),
        new("models:read", "See models, routes and prices.", false),
        new("models:create", "Add models and routes.", false),
        new("models:update", "Change models, routes and prices.", false),
        new("models:delete", "Delete models and routes.", true),
        new("mcp_servers:read", "See the MCP servers and their tools.", false),
        new("mcp_servers:create", "Add MCP servers.", true),
        new("mcp_servers:update", "Change MCP servers.", true),
        new("mcp_servers:delete", "Delete MCP servers.", true),
        new("mcp_servers:approve", "Approve MCP servers and changed tools.", true),
        new("users:read", "See people and service accounts.", false),
        new("users:create", "Add and invite people and service accounts.", true),
        new("users:update", "Change and disable people, reset passwords, assign roles; never beyond one's own.", true),
        new("users:delete", "Delete people and service accounts.", true),
        new("teams:read", "See the teams.", false),
        new("teams:read_own", "See the teams one belongs to.", false),
        new("teams:write", "Create and change teams.", false),
        new("teams:delete", "Delete teams.", true),
        new("team_members:write", "Add and remove members and managers of teams.", true),
        new("roles:read", "See roles, who holds them and why somebody may do something.", false),
        new("roles:write", "Create, change and delete roles; never beyond one's own.", true),
        new("roles:edit_built_in", "Change the built-in roles.", true),
        new("sessions:revoke", "See and end other people's sessions.", true),
        new("sessions:revoke_own", "See and end one's own sessions.", false),
        new("limits:read", "See all limits and budgets.", false),
        new("limits:read_own", "See the limits and budgets that concern oneself.", false),
        new("limits:write", "Set limits and budgets.", true),
        new("analytics:read_all", "See the analytics of everybody.", false),
        new("analytics:read_team", "See the analytics of one's teams.", false),
        new("analytics:read_own", "See one's own analytics.", false),
        new("logs:read_all", "See everybody's calls.", true),
        new("logs:read_team", "See the calls of one's teams.", false),
        new("logs:read_own", "See one's own calls.", false),
        new("audit:read", "Read the audit trail.", true),
        new("audit:read_bodies", "Read what people sent to models and got back.", true),
        new("audit:export", "Export audit data.", true),
        new("audit:erase", "Erase audit data of a person.", true),
        new("audit:hold", "Keep audit data from being erased.", true),
        new("forwarders:read", "See where logs are forwarded to.", false),
        new("forwarders:write", "Change where logs are forwarded to.", true),
        new("content_filter:read", "See the content rules.", false),
        new("content_filter:write", "Change the content rules.", true),
        new("pii:read", "See what personal data is replaced.", false),
        new("pii:write", "Change what personal data is replaced.", true),
        new("settings:read", "See the settings.", false),
        new("settings:write", "Change the settings.", true),
        new("system:oidc", "Set up single sign-on.", true),
        new("system:scim", "Set up provisioning.", true),
        new("system:organizations", "Create and disable organisations; platform administrators only.", true),
    ];

    public static IReadOnlyList<string> Keys { get; } = [.. All.Select(p => p.Key)];

    private static readonly FrozenSet<string> Known = Keys.ToFrozenSet();

    public static bool Exists(string key) => Known.Contains(key);
}
