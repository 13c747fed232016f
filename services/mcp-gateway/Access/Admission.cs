using System.Net;
using ThinkWatch.McpGateway.Protocol;
using ThinkWatch.Pipeline;
using ThinkWatch.Settings;

namespace ThinkWatch.McpGateway.Access;

/// <summary>Why a request is turned away before its body is read.</summary>
internal sealed record Refusal(int Status, int Code, string Message);

/// <summary>Admits a request to <c>/mcp</c>: origin, then key, then the permission to use the surface.</summary>
internal sealed class Admission(PrincipalCache principals, ISettings settings)
{
    private const string Surface = "mcp_gateway";
    private static readonly Refusal Unknown = Unauthorized("The key is not known.");
    private static readonly Refusal Closed = new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.InternalError, "Keys cannot be checked right now. Try again in a moment.");

    public async ValueTask<Refusal?> AdmitAsync(HttpContext http)
    {
        if (!IsOwnOrigin(http.Request)) return new Refusal(StatusCodes.Status403Forbidden, ErrorCodes.Denied, "Requests from this origin are not allowed.");
        var fault = PresentedKey.Read(http.Request, out var key);
        if (fault != KeyFault.None) return Unauthorized(Explain(fault));
        var address = ClientAddress.Of(http, [.. settings.Get(SettingsRegistry.Auth.TrustedProxies).Select(IPNetwork.Parse)]);
        var (verdict, principal) = await principals.AuthenticateAsync(key, address, http.RequestAborted);
        return verdict switch
        {
            AuthVerdict.Ok => !principal!.MayUse(Surface) ? Denied("This key may not use the MCP gateway.")
                : !principal.Has("mcp_gateway:use") ? Denied("The owner of this key may not use the MCP gateway.")
                : null,
            AuthVerdict.Unavailable => Closed,
            AuthVerdict.Expired => Unauthorized("The key has expired."),
            AuthVerdict.Revoked => Unauthorized("The key has been revoked."),
            AuthVerdict.Disabled => Unauthorized("The owner of this key is disabled."),
            AuthVerdict.AddressNotAllowed => Denied("This key may not be used from this address."),
            _ => Unknown,
        };
    }

    // A page of another site must not reach a gateway on this machine through DNS rebinding (MCP, Transports: Security).
    private static bool IsOwnOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0) return true;
        if (origin.Count > 1 || !Uri.TryCreate(origin[0], UriKind.Absolute, out var uri)) return false;
        var host = request.Headers["x-forwarded-host"] is [{ Length: > 0 } forwarded] ? forwarded : request.Host.Value;
        return string.Equals(uri.Authority, host, StringComparison.OrdinalIgnoreCase);
    }

    private static string Explain(KeyFault fault) => fault switch
    {
        KeyFault.Missing => "Send your key as Authorization: Bearer tw-… or as x-api-key.",
        KeyFault.Conflicting => "The request shows two different keys.",
        KeyFault.Misplaced => "The key is in the URL or in a cookie, where others can read it. Revoke it and send the new one as Authorization: Bearer.",
        _ => "What was sent is not a ThinkWatch key.",
    };

    private static Refusal Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, ErrorCodes.Denied, message);

    private static Refusal Denied(string message) => new(StatusCodes.Status403Forbidden, ErrorCodes.Denied, message);
}
