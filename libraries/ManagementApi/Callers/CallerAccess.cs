using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.ManagementApi;

/// <summary>What an endpoint asks of its caller. Every endpoint under /api says exactly one of these; the service does not start otherwise.</summary>
public sealed record CallerRequirement(bool Anonymous, IReadOnlyList<string> AnyOf)
{
    /// <summary>Also for who holds it in some team only; the handler keeps them to their teams.</summary>
    public bool InTeams { get; init; }
}

/// <summary>Marks an endpoint that a key may call although the console is not among its surfaces.</summary>
internal sealed record AnySurface;

/// <summary>Marks an anonymous endpoint that sets or spends cookies: the CSRF rules apply although nobody is signed in.</summary>
internal sealed record SameOriginRequirement;

public static class CallerAccess
{
    /// <summary>The caller must hold one of the permissions, such as "providers:read". What they may see of others is the handler's part.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder endpoint, params string[] anyOf) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new CallerRequirement(false, anyOf));

    /// <summary>
    /// As <see cref="RequirePermission"/>, and also for callers who hold the permission in some team only. The handler then asks
    /// <see cref="TeamReachAccess.Reach"/> which: without that it would let them reach beyond their teams.
    /// </summary>
    public static TBuilder RequirePermissionInTeam<TBuilder>(this TBuilder endpoint, params string[] anyOf) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new CallerRequirement(false, anyOf) { InTeams = true });

    /// <summary>Anybody who is signed in, for what concerns only the caller.</summary>
    public static TBuilder RequireSignedIn<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new CallerRequirement(false, []));

    public static TBuilder AllowAnonymousCaller<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new CallerRequirement(true, []));

    /// <summary>Also for keys without the surface console; for what a key does with itself.</summary>
    public static TBuilder AllowAnySurface<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AnySurface());

    /// <summary>Applies the CSRF rules to an anonymous endpoint (login, refresh).</summary>
    public static TBuilder RequireSameOrigin<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new SameOriginRequirement());

    /// <summary>The authenticated caller. <c>OrgId</c> is the organisation to act in.</summary>
    public static Principal Caller(this HttpContext http) =>
        http.Features.Get<Principal>() ?? throw new InvalidOperationException("This endpoint allows anonymous callers and has none.");

    public static Principal? CallerOrNull(this HttpContext http) => http.Features.Get<Principal>();

    public static Guid OrgId(this Principal caller) => Guid.Parse(caller.OrgId);

    public static bool Holds(this Principal caller, string permission) => caller.Permissions.Contains(permission);

    /// <exception cref="ApiProblemException">403 that names the permission.</exception>
    public static void MustHold(this Principal caller, string permission)
    {
        if (!caller.Holds(permission))
            throw ApiProblem.MissingPermission(permission).AsException();
    }

    /// <summary>The caller's address: the last entry of X-Forwarded-For that a trusted proxy did not add itself, else the peer.</summary>
    public static string ClientIp(this HttpContext http) => http.Features.Get<ClientAddress>()?.Text ?? http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>Names this request in answers and logs: a UUIDv7, also sent as x-request-id.</summary>
    public static string RequestId(this HttpContext http) => http.TraceIdentifier;
}

internal sealed record ClientAddress(IPAddress Address)
{
    public string Text { get; } = (Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address).ToString();
}
