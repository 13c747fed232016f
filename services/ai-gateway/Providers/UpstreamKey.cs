using System.Net.Http.Headers;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// One of a provider's keys, decrypted for as long as its catalog snapshot is in force. Never printed.
/// <see cref="LimitedAt"/> and <see cref="LimitedUntil"/> are written by any call that the provider limited; a torn order between calls does no harm.
/// </summary>
internal sealed class UpstreamKey(string id, string secret)
{
    private long _limitedAt;
    private long _limitedUntil;

    public string Id { get; } = id;

    public AuthenticationHeaderValue Bearer { get; } = new("Bearer", secret);

    /// <summary>For a header, and for nothing that is kept.</summary>
    public string Reveal() => secret;

    /// <summary>Timestamp of the provider's last 429 to this key; 0 = never.</summary>
    public long LimitedAt => Volatile.Read(ref _limitedAt);

    /// <summary>Timestamp from which the provider wants to hear of it again.</summary>
    public long LimitedUntil => Volatile.Read(ref _limitedUntil);

    public void MarkLimited(long timestamp, long until)
    {
        Volatile.Write(ref _limitedUntil, until);
        Volatile.Write(ref _limitedAt, timestamp);
    }

    /// <summary>Takes the secret out of a provider's words, should it repeat them.</summary>
    public string Scrub(string text) => text.Replace(secret, "[redacted]", StringComparison.Ordinal);

    public override string ToString() => "upstream key " + Id;
}
