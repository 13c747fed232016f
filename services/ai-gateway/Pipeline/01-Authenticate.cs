using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Pipeline;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Whose key is it? Refuses what identity does not vouch for.</summary>
internal sealed class AuthenticateStage(PrincipalCache principals, TrustedProxies proxies) : IStage
{
    public bool AppliesTo(ISurface surface) => true;

    public ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        var fault = PresentedKey.Read(exchange.Http.Request, out var key);
        if (fault != KeyFault.None)
            return new(For(fault));
        exchange.ClientAddress = ClientAddress.Of(exchange.Http, proxies.Current);
        var asked = principals.AuthenticateAsync(key, exchange.ClientAddress, exchange.Cancelled);
        return asked.IsCompletedSuccessfully ? new(Judge(exchange, asked.Result)) : AwaitAsync(exchange, asked);
    }

    private static async ValueTask<Refusal?> AwaitAsync(Exchange exchange, ValueTask<Authentication> asked) => Judge(exchange, await asked);

    private static Refusal? Judge(Exchange exchange, Authentication answer)
    {
        exchange.Principal = answer.Principal;
        return answer.Verdict switch
        {
            AuthVerdict.Ok => null,
            AuthVerdict.Expired => Refusals.KeyExpired,
            AuthVerdict.Revoked => Refusals.KeyRevoked,
            AuthVerdict.Disabled => Refusals.KeyDisabled,
            AuthVerdict.AddressNotAllowed => Refusals.AddressNotAllowed,
            AuthVerdict.Unavailable => Refusals.IdentityUnavailable,
            _ => Refusals.KeyUnknown,
        };
    }

    private static Refusal For(KeyFault fault) => fault switch
    {
        KeyFault.Malformed => Refusals.KeyMalformed,
        KeyFault.Conflicting => Refusals.KeyConflicting,
        KeyFault.Misplaced => Refusals.KeyMisplaced,
        _ => Refusals.KeyMissing,
    };
}
