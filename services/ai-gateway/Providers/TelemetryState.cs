namespace ThinkWatch.AiGateway.Providers;

/// <summary>Whether traces leave this process at all.</summary>
internal sealed record TelemetryState(bool IsCollected)
{
    public static TelemetryState Of(IConfiguration configuration) => new(!string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]));
}
