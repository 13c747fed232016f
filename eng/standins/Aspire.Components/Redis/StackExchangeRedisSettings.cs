namespace Aspire.StackExchange.Redis;

/// <summary>Section <c>Aspire:StackExchange:Redis</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    public bool DisableTracing { get; set; }

    /// <summary>True leaves connecting to the first use; false connects in the background when the host starts.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
