namespace ThinkWatch.Identity.Roles;

internal sealed record BuiltInRole(string Name, string DisplayName, string Description, Policy Policy);

/// <summary>
/// The five roles that every organisation starts with. What is held in teams only names <c>team:*</c>: assigned to one team it holds there, assigned
/// everywhere in every team, and never for what belongs to no team.
/// </summary>
internal static class BuiltInRoles
{
    public const string SuperAdmin = "super_admin";
    public const string Developer = "developer";

    private static readonly string[] UseSurfaces = ["ai_gateway:use", "mcp_gateway:use", "mcp:connect"];
    private static readonly string[] ReadCatalog = ["providers:read", "models:read", "mcp_servers:read"];
    private static readonly string[] OwnThings =
        ["keys:read", "teams:read_own", "sessions:revoke_own", "limits:read_own", "analytics:read_own", "logs:read_own"];
    private static readonly string[] OwnKeys = ["keys:create", "keys:update", "keys:rotate", "keys:delete"];

    public static IReadOnlyList<BuiltInRole> All { get; } =
    [
        new(SuperAdmin, "Super administrator", "Everything in the organisation.", Policy.Allow("*")),
        new("admin", "Administrator", "Runs the gateway; may not delete people, erase or hold audit data, read captured bodies or touch sign-in.", Admin()),
        new("team_manager", "Team manager", "Manages the teams in which the role is assigned.", TeamManager()),
        new(Developer, "Developer", "Uses models and tools with keys of their own.", Policy.Allow([.. UseSurfaces, .. ReadCatalog, .. OwnThings, .. OwnKeys])),
        new("viewer", "Viewer", "Looks at the catalogue and at what is their own.", Policy.Allow([.. ReadCatalog, .. OwnThings])),
    ];

    private static Policy TeamManager() => new(1,
    [
        new PolicyStatement(Effect.Allow, [.. UseSurfaces, .. ReadCatalog, .. OwnThings, .. OwnKeys, "roles:read"], ["*"]),
        new PolicyStatement(
            Effect.Allow,
            [
                "keys:admin", "users:read", "users:create", "users:update", "teams:read", "teams:write", "team_members:write", "sessions:revoke",
                "limits:read", "limits:write", "analytics:read_team", "logs:read_team",
            ],
            ["team:*"]),
    ]);

    private static Policy Admin() => new(1,
    [
        new PolicyStatement(Effect.Allow, ["*"], ["*"]),
        new PolicyStatement(Effect.Deny, ["users:delete", "roles:edit_built_in", "audit:read_bodies", "audit:erase", "audit:hold", "system:*"], ["*"]),
    ]);
}
