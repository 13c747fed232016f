using System.Globalization;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Caching;

/// <summary>Which calls may be answered from the cache, for whom, and for how long. The header <c>x-thinkwatch-cache</c> is <c>on</c>, <c>off</c> or <c>ttl=seconds</c>.</summary>
internal sealed class CachePolicy(ISettings settings)
{
    private const int LongestTtlSecs = 30 * 86_400;

    /// <summary>Where the answer would be and how long it may stay there; null when this call is none for the cache.</summary>
    public CacheSlot? SlotOf(Exchange exchange)
    {
        if (!settings.Get(SettingsRegistry.Gateway.CacheEnabled) || exchange.Facts.Store || exchange.Facts.PreviousResponseId is not null)
            return null;

        // Two requests may differ only in what their placeholders stand for, and an answer that is sent again passes no rule.
        if (exchange.Guarded is { NeedsTheAnswer: true })
            return null;
        var wish = exchange.Http.Request.Headers["x-thinkwatch-cache"].ToString();
        if (string.Equals(wish, "off", StringComparison.OrdinalIgnoreCase))
            return null;
        if (CanonicalRequest.TryOf(((ICallSurface)exchange.Surface).Format, exchange.Http.Request.Headers["anthropic-beta"].ToString(), exchange.Body.Written) is not { } request)
            return null;
        if (!request.IsDeterministic && wish.Length == 0)
            return null;
        return new CacheSlot($"tw:cache:{{{exchange.Principal!.Principal.OrgId}}}:{ScopeOf(exchange)}:{request.Digest}", TtlOf(wish));
    }

    /// <summary>Whose answers these are: nobody else's call finds them.</summary>
    private string ScopeOf(Exchange exchange)
    {
        var principal = exchange.Principal!.Principal;
        return settings.Get(SettingsRegistry.Gateway.CacheScope) switch
        {
            "user" => "user:" + principal.UserId,
            "team" when principal.Teams.Count > 0 => "team:" + principal.Teams[0].Id,
            "global" => "global",
            _ => "key:" + principal.KeyLineageId,
        };
    }

    private TimeSpan TtlOf(string wish)
    {
        var seconds = settings.Get(SettingsRegistry.Gateway.CacheTtlSecs);
        if (wish.StartsWith("ttl=", StringComparison.OrdinalIgnoreCase) && int.TryParse(wish.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0)
            seconds = Math.Min(wanted, LongestTtlSecs);
        return TimeSpan.FromSeconds(seconds);
    }
}

internal sealed record CacheSlot(string Key, TimeSpan TimeToLive);
