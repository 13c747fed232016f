using System.Net.Http.Headers;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// One of a provider's keys, decrypted for as long as its catalog snapshot is in force. Never printed.
/// <see cref="LimitedAt"/> is written by any call that the provider limited; a torn order between calls does no harm.
/// </summary>
internal sealed class UpstreamKey(string id, string secret)
{
    private long _limitedAt;

    public string Id { get; } = id;

    public AuthenticationHeaderValue Bearer { get; } = new("Bearer", secret);

    /// <summary>For a header, and for nothing that is kept.</summary>
    public string Reveal() => secret;

    /// <summary>Timestamp of the provider's last 429 to this key; 0 = never.</summary>
    public long LimitedAt => Volatile.Read(ref _limitedAt);

    public void MarkLimited(long timestamp) => Volatile.Write(ref _limitedAt, timestamp);

    /// <summary>Takes the secret out of a provider's words, should it repeat them.</summary>
    public string Scrub(string text) => text.Replace(secret, "[redacted]", StringComparison.Ordinal);

    public override string ToString() => "upstream key " + Id;
}
