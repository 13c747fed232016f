// Follows the public API of Aspire.Hosting.Kafka 13.5.2, as far as ThinkWatch.AppHost uses it.
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public class KafkaServerResource : ContainerResource, IResourceWithConnectionString
{
    public KafkaServerResource(string name)
        : base(name)
    {
        PrimaryEndpoint = new EndpointReference(this, "tcp");
        InternalEndpoint = new EndpointReference(this, "internal");
    }

    /// <summary>For clients on the host.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>For clients in the same network.</summary>
    public EndpointReference InternalEndpoint { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}")),
        new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
    ];
}

public static class KafkaBuilderExtensions
{
    public static IResourceBuilder<KafkaServerResource> AddKafka(this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        var broker = new KafkaServerResource(name);
        var host = broker.PrimaryEndpoint.Property(EndpointProperty.Host);
        var hostPort = broker.PrimaryEndpoint.Property(EndpointProperty.Port);
        var inner = broker.InternalEndpoint.Property(EndpointProperty.HostAndPort);
        return builder.AddResource(broker)
            .WithEndpoint(port: port, targetPort: 9092, name: "tcp")
            .WithEndpoint(targetPort: 9093, name: "internal")
            .WithImage("docker.io/confluentinc/confluent-local", "8.2.0")
            .WithEnvironment("KAFKA_LISTENERS", "PLAINTEXT://localhost:29092,CONTROLLER://localhost:29093,PLAINTEXT_HOST://0.0.0.0:9092,PLAINTEXT_INTERNAL://0.0.0.0:9093")
            .WithEnvironment("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT,PLAINTEXT_INTERNAL:PLAINTEXT")
            .WithEnvironment("KAFKA_ADVERTISED_LISTENERS", ReferenceExpression.Create(
                $"PLAINTEXT://localhost:29092,PLAINTEXT_HOST://{host}:{hostPort},PLAINTEXT_INTERNAL://{inner}"));
    }

    public static IResourceBuilder<KafkaServerResource> WithDataVolume(
        this IResourceBuilder<KafkaServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name ?? $"{builder.Resource.Name}-data", "/var/lib/kafka/data", isReadOnly);
}
