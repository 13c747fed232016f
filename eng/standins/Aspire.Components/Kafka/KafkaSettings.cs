using Confluent.Kafka;

namespace Aspire.Confluent.Kafka;

/// <summary>Section <c>Aspire:Confluent:Kafka:Producer</c>. The connection string is the list of bootstrap servers.</summary>
public sealed class KafkaProducerSettings
{
    public string? ConnectionString { get; set; }

    public ProducerConfig Config { get; } = [];

    public bool DisableHealthChecks { get; set; }

    public bool DisableMetrics { get; set; }
}

/// <summary>Section <c>Aspire:Confluent:Kafka:Consumer</c>. The connection string is the list of bootstrap servers.</summary>
public sealed class KafkaConsumerSettings
{
    public string? ConnectionString { get; set; }

    public ConsumerConfig Config { get; } = [];

    public bool DisableHealthChecks { get; set; }

    public bool DisableMetrics { get; set; }
}
