using Aspire.Confluent.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

public static class AspireKafkaProducerExtensions
{
    private const string Section = "Aspire:Confluent:Kafka:Producer";

    public static void AddKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName) =>
        Register<TKey, TValue>(builder, connectionName, null, null);

    public static void AddKafkaProducer<TKey, TValue>(
        this IHostApplicationBuilder builder, string connectionName, Action<KafkaProducerSettings>? configureSettings) =>
        Register<TKey, TValue>(builder, connectionName, configureSettings, null);

    public static void AddKafkaProducer<TKey, TValue>(
        this IHostApplicationBuilder builder, string connectionName, Action<ProducerBuilder<TKey, TValue>>? configureBuilder) =>
        Register<TKey, TValue>(builder, connectionName, null, (_, producer) => configureBuilder?.Invoke(producer));

    /// <summary>Registers a singleton <see cref="IProducer{TKey,TValue}"/>, made when first asked for.</summary>
    public static void AddKafkaProducer<TKey, TValue>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<KafkaProducerSettings>? configureSettings,
        Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder) =>
        Register(builder, connectionName, configureSettings, configureBuilder);

    private static void Register<TKey, TValue>(
        IHostApplicationBuilder builder,
        string connectionName,
        Action<KafkaProducerSettings>? configureSettings,
        Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new KafkaProducerSettings();
        builder.Configuration.BindSettings(Section, connectionName, settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.TryAddSingleton(services =>
        {
            settings.Config.BootstrapServers ??= ComponentRegistration.Require(settings.ConnectionString, connectionName, Section);
            var producer = new ProducerBuilder<TKey, TValue>(settings.Config);
            configureBuilder?.Invoke(services, producer);
            return producer.Build();
        });
        if (!settings.DisableHealthChecks)
            builder.AddCheck("Aspire.Confluent.Kafka.Producer", services => new KafkaHealthCheck(() => services.GetRequiredService<IProducer<TKey, TValue>>()));
    }
}
