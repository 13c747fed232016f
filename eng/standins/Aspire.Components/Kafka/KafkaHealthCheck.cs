using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>Asks the brokers for their metadata over the client's own connections.</summary>
internal sealed class KafkaHealthCheck(Func<IClient> client) : IHealthCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // librdkafka answers by blocking its caller.
            var brokers = await Task.Run(CountBrokers, cancellationToken).ConfigureAwait(false);
            return brokers > 0 ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, "No broker is known.");
        }
        catch (KafkaException error)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Kafka does not answer.", error);
        }
    }

    private int CountBrokers()
    {
        using var admin = new DependentAdminClientBuilder(client().Handle).Build();
        return admin.GetMetadata(_patience).Brokers.Count;
    }
}
