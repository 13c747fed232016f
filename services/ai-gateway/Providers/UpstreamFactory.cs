using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Outbound;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// Makes callable providers of catalog entries. What must outlive a snapshot stays here: connection pools and gates, by provider.
/// Used by the catalog feed's thread only; what it hands out is used by all.
/// </summary>
internal sealed partial class UpstreamFactory(IEnumerable<IProviderType> types, RouteHealthBook book, Vault vault, TelemetryState telemetry, ILogger<UpstreamFactory> log) : IDisposable
{
    private readonly FrozenDictionary<string, IProviderType> _types = types
        .SelectMany(static type => type.Names.Select(name => (name, type)))
        .ToFrozenDictionary(static pair => pair.name, static pair => pair.type);

    private static readonly JsonElement s_noConfig = JsonSerializer.Deserialize<JsonElement>("{}");

    private readonly ConcurrentDictionary<string, Lasting> _lasting = new();

    /// <summary>Null when nothing here speaks that provider's language, or its configuration cannot be used.</summary>
    public Upstream? Create(Provider provider)
    {
        if (!_types.TryGetValue(provider.ProviderType, out var type))
            return null;
        if (!Uri.TryCreate(provider.BaseUrl.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            Unusable(provider.Name, "its base URL is not an http or https address");
            return null;
        }

        var lasting = Last(provider.Id, provider.AllowPrivateNetwork);
        return new Upstream
        {
            Id = provider.Id,
            OrgId = provider.OrgId,
            Name = provider.Name,
            Type = provider.ProviderType,
            Reach = type,
            BaseUrl = url,
            Config = OpenConfig(provider),
            Capabilities = Flags(provider.Capabilities),
            Keys = [.. provider.ApiKeys.Select(key => OpenKey(provider, key)).OfType<UpstreamKey>()],
            Headers = [.. provider.SealedHeaders.Select(header => OpenHeader(provider, header.Key, header.Value)).OfType<UpstreamHeader>()],
            Timeout = TimeSpan.FromSeconds(Math.Max(0, provider.TimeoutSecs)),
            Simulated = provider.Simulated,
            Invoker = lasting.Invoker,
            Gate = lasting.Gate,
            Health = book.Of("", provider.Id, provider.Name),
        };
    }

    /// <summary>Lets go of what providers that are gone had. Calls still under way keep their pool until they end.</summary>
    public void Forget(IReadOnlyCollection<string> kept)
    {
        foreach (var (id, _) in _lasting)
        {
            if (!kept.Contains(id))
                _lasting.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        foreach (var (_, lasting) in _lasting)
            lasting.Invoker.Dispose();
    }

    private Lasting Last(string providerId, bool allowPrivateNetwork)
    {
        if (_lasting.TryGetValue(providerId, out var known) && known.AllowPrivateNetwork == allowPrivateNetwork)
            return known;
        var made = new Lasting(new HttpMessageInvoker(Handler(allowPrivateNetwork)), known?.Gate ?? new UpstreamGate(), allowPrivateNetwork);
        _lasting[providerId] = made;
        return made;
    }

    private SocketsHttpHandler Handler(bool allowPrivateNetwork)
    {
        var handler = OutboundHandlers.Create(allowPrivateNetwork);

        // An answer that nobody wants any more is not read to its end to save a connection: the provider stops, and stops charging.
        handler.MaxResponseDrainSize = 0;
        handler.ResponseDrainTimeout = TimeSpan.Zero;

        // A span for each attempt costs more than reading the request does: only when somebody collects them.
        if (!telemetry.IsCollected)
            handler.ActivityHeadersPropagator = null;
        return handler;
    }

    private UpstreamKey? OpenKey(Provider provider, SealedKey key) =>
        Open(provider, key.Sealed, $"catalog.provider_keys/secret/{key.Id}") is { } secret ? new UpstreamKey(key.Id, secret) : null;

    private UpstreamHeader? OpenHeader(Provider provider, string name, string envelope)
    {
#pragma warning disable CA1308 // The cell's name is in lower case on both sides.
        var cell = $"catalog.providers/headers/{provider.Id}/{name.ToLowerInvariant()}";
#pragma warning restore CA1308
        return Open(provider, envelope, cell) is { } value ? new UpstreamHeader(name, value) : null;
    }

    private string? Open(Provider provider, string envelope, string cell)
    {
        try
        {
            return vault.OpenString(envelope, cell);
        }
        catch (VaultException exception)
        {
            Unusable(provider.Name, exception.Message);
            return null;
        }
    }

    private JsonElement OpenConfig(Provider provider)
    {
        var text = provider.SealedConfig.Length == 0 ? null : Open(provider, provider.SealedConfig, $"catalog.providers/config/{provider.Id}");
        try
        {
            if (text is not null && JsonSerializer.Deserialize<JsonElement>(text) is { ValueKind: JsonValueKind.Object } config)
                return config;
        }
        catch (JsonException)
        {
            Unusable(provider.Name, "its configuration is not JSON");
        }

        return s_noConfig;
    }

    /// <summary>A provider's capabilities, a JSON object; only true and false count.</summary>
    internal static FrozenDictionary<string, bool> Flags(string capabilities)
    {
        if (capabilities.Length == 0)
            return FrozenDictionary<string, bool>.Empty;
        try
        {
            using var json = JsonDocument.Parse(capabilities);
            return json.RootElement.ValueKind != JsonValueKind.Object ? FrozenDictionary<string, bool>.Empty : json.RootElement.EnumerateObject()
                .Where(static flag => flag.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                .ToFrozenDictionary(static flag => flag.Name, static flag => flag.Value.GetBoolean());
        }
        catch (JsonException)
        {
            return FrozenDictionary<string, bool>.Empty;
        }
    }

    [LoggerMessage(401, LogLevel.Error, "Provider {Provider} is not fully usable: {Reason}")]
    private partial void Unusable(string provider, string reason);

    private sealed record Lasting(HttpMessageInvoker Invoker, UpstreamGate Gate, bool AllowPrivateNetwork);
}
