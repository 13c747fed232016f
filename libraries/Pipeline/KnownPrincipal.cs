using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Pipeline;

/// <summary>A principal as the caches hold it: identity's answer, compiled once for the checks of every call. Immutable.</summary>
public sealed class KnownPrincipal
{
    private readonly HashSet<string> _permissions;
    private readonly HashSet<string> _surfaces;

    public KnownPrincipal(Principal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        Principal = principal;
        _permissions = [.. principal.Permissions];
        _surfaces = [.. principal.Surfaces];
        Models = NameScope.Intersection(principal.RoleModels, principal.KeyModels).Except(principal.DeniedModels);
        McpTools = NameScope.Intersection(principal.RoleMcpTools, principal.KeyMcpTools).Except(principal.DeniedMcpTools);
    }

    public Principal Principal { get; }

    /// <summary>The models that key and roles both allow.</summary>
    public NameScope Models { get; }

    /// <summary>The tools that key and roles both allow.</summary>
    public NameScope McpTools { get; }

    public bool Has(string permission) => _permissions.Contains(permission);

    /// <summary><c>ai_gateway</c>, <c>mcp_gateway</c>, <c>console</c>.</summary>
    public bool MayUse(string surface) => _surfaces.Contains(surface);
}
