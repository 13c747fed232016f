using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>
/// Remembers what providers tell of themselves, and their keys, for an hour. A key that is not known makes the keys be read again, at most once in
/// five seconds: a provider that rotates is followed at once, one that sends nonsense is not asked more for it. Any number of threads.
/// </summary>
internal sealed class OidcDirectory(OidcHttp http, TimeProvider time)
{
    private const int Bound = 1000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly string[] KeyTypes = [JsonWebAlgorithmsKeyTypes.RSA, JsonWebAlgorithmsKeyTypes.EllipticCurve];
    private readonly ConcurrentDictionary<(string Issuer, bool Private), Entry> _known = new();

    /// <param name="anew">Ask even if it is known.</param>
    /// <exception cref="SsoRefusedException">The provider does not answer, or not as one.</exception>
    public async Task<OidcMetadata> DescribeAsync(string issuer, bool allowPrivateNetwork, CancellationToken cancellationToken, bool anew = false)
    {
        var entry = EntryOf(issuer, allowPrivateNetwork);
        if (!anew && entry.Metadata is { } known && time.GetUtcNow() - known.At < Lifetime)
            return known.Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, OidcMetadata.AddressOf(issuer));
        var metadata = OidcMetadata.Read(await GetAsync(request, allowPrivateNetwork, "configuration", cancellationToken), issuer, allowPrivateNetwork);
        entry.Metadata = new Aged<OidcMetadata>(metadata, time.GetUtcNow());
        return metadata;
    }

    /// <summary>The signing keys that may have signed a token with this key id; all of them when it names none.</summary>
    public async Task<IReadOnlyList<JsonWebKey>> KeysAsync(OidcMetadata metadata, bool allowPrivateNetwork, string? keyId, CancellationToken cancellationToken)
    {
        var entry = EntryOf(metadata.Issuer, allowPrivateNetwork);
        var known = entry.Keys;
        if (known is not null && time.GetUtcNow() - known.At < Lifetime && Matching(known.Value, keyId) is { Count: > 0 } found)
            return found;
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited finds what the one before has read.
            if (entry.Keys == known)
            {
                if (known is null || time.GetUtcNow() - known.At >= Pause)
                    entry.Keys = new Aged<IReadOnlyList<JsonWebKey>>(await ReadKeysAsync(metadata, allowPrivateNetwork, cancellationToken), time.GetUtcNow());
            }

            return Matching(entry.Keys!.Value, keyId);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private async Task<IReadOnlyList<JsonWebKey>> ReadKeysAsync(OidcMetadata metadata, bool allowPrivateNetwork, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, metadata.JwksUri);
        var document = await GetAsync(request, allowPrivateNetwork, "keys", cancellationToken);
        try
        {
            // Asymmetric keys only: a shared secret that is published signs nothing.
            return [.. new JsonWebKeySet(document.GetRawText()).Keys.Where(k => KeyTypes.Contains(k.Kty) && k.Use is null or "" or "sig").Take(100)];
        }
        catch (Exception fault) when (fault is ArgumentException or JsonException)
        {
            throw new SsoRefusedException(SsoError.Unavailable, "the provider's keys cannot be read");
        }
    }

    private async Task<JsonElement> GetAsync(HttpRequestMessage request, bool allowPrivateNetwork, string what, CancellationToken cancellationToken)
    {
        var (status, body) = await http.SendAsync(request, allowPrivateNetwork, cancellationToken);
        return status == HttpStatusCode.OK && body is { } document
            ? document
            : throw new SsoRefusedException(SsoError.Unavailable, $"the provider answered {(int)status} and no {what}");
    }

    private static IReadOnlyList<JsonWebKey> Matching(IReadOnlyList<JsonWebKey> keys, string? keyId) =>
        string.IsNullOrEmpty(keyId) ? keys : [.. keys.Where(k => string.Equals(k.Kid, keyId, StringComparison.Ordinal))];

    private Entry EntryOf(string issuer, bool allowPrivateNetwork)
    {
        if (_known.Count > Bound)
            _known.Clear();
        return _known.GetOrAdd((issuer.TrimEnd('/'), allowPrivateNetwork), static _ => new Entry());
    }

    private sealed record Aged<T>(T Value, DateTimeOffset At);

    // Never disposed: the semaphore is only waited for, which holds nothing of the system.
    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public volatile Aged<OidcMetadata>? Metadata;

        public volatile Aged<IReadOnlyList<JsonWebKey>>? Keys;
    }
}
