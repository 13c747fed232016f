using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.AiGateway.Routing.Health;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>A provider as one catalog snapshot describes it, ready to be called. Immutable but for its gate and its keys' marks.</summary>
internal sealed record Upstream
{
    public required string Id { get; init; }

    public required string OrgId { get; init; }

    public required string Name { get; init; }

    /// <summary><c>openai</c>, <c>custom</c> …</summary>
    public required string Type { get; init; }

    /// <summary>How it is reached.</summary>
    public required IProviderType Reach { get; init; }

    /// <summary>Without a slash at its end.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The type's own configuration, decrypted; an empty object when there is none.</summary>
    public required JsonElement Config { get; init; }

    /// <summary>What an administrator said that it can or cannot do, by flag.</summary>
    public required FrozenDictionary<string, bool> Capabilities { get; init; }

    public required UpstreamKey[] Keys { get; init; }

    public required UpstreamHeader[] Headers { get; init; }

    /// <summary>Zero: the setting decides.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Capability flag <c>stream_usage</c>: false for those that refuse <c>stream_options</c>.</summary>
    public bool CanStreamUsage => Can("stream_usage", otherwise: true);

    public required bool Simulated { get; init; }

    public required HttpMessageInvoker Invoker { get; init; }

    public required UpstreamGate Gate { get; init; }

    /// <summary>Of its calls for models that are routed by their prefix.</summary>
    public required RouteHealth Health { get; init; }

    public bool Can(string capability, bool otherwise) => Capabilities.GetValueOrDefault(capability, otherwise);

    /// <summary>The key that was limited longest ago; null when the provider has none.</summary>
    public UpstreamKey? NextKey()
    {
        UpstreamKey? best = null;
        foreach (var key in Keys)
        {
            if (best is null || key.LimitedAt < best.LimitedAt)
                best = key;
        }

        return best;
    }
}

/// <summary>A header that an administrator added; its value may hold <c>{{user_id}}</c>, <c>{{user_email}}</c>, <c>{{team}}</c>.</summary>
internal sealed record UpstreamHeader(string Name, string Value)
{
    private bool IsTemplate { get; } = Value.Contains("{{", StringComparison.Ordinal);

    public string For(Contracts.Identity.Principal principal)
    {
        if (!IsTemplate)
            return Value;
        return Value
            .Replace("{{user_id}}", principal.UserId, StringComparison.Ordinal)
            .Replace("{{user_email}}", principal.UserEmail, StringComparison.Ordinal)
            .Replace("{{team}}", principal.Teams.Count > 0 ? principal.Teams[0].Name : "", StringComparison.Ordinal)
            .ReplaceLineEndings("");
    }
}
