namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>What it takes to call a provider, in clear; never kept, logged or shown.</summary>
internal sealed record ProviderReach
{
    public required string Type { get; init; }

    public required Uri BaseUrl { get; init; }

    public required bool AllowPrivateNetwork { get; init; }

    public required string? Key { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public required IReadOnlyDictionary<string, string> Config { get; init; }

    public string? Setting(string name) => Config.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The text without anything that is secret here, whatever an upstream chose to repeat.</summary>
    public string Scrub(string text)
    {
        var secrets = Headers.Select(static header => header.Value).Append(Key).Append(Setting("access_key_id")).Append(Setting("secret_access_key")).Append(Setting("session_token"));
        foreach (var secret in secrets)
        {
            if (secret is { Length: > 3 })
                text = text.Replace(secret, "••••", StringComparison.Ordinal);
        }

        return text;
    }

    public override string ToString() => Type;
}
