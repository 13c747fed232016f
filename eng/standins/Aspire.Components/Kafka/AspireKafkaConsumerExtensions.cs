using Aspire.Confluent.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

public static class AspireKafkaConsumerExtensions
{
    private const string Section = "Aspire:Confluent:Kafka:Consumer";

    public static void AddKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName) =>
        Register<TKey, TValue>(builder, connectionName, null, null);

    public static void AddKafkaConsumer<TKey, TValue>(
        this IHostApplicationBuilder builder, string connectionName, Action<KafkaConsumerSettings>? configureSettings) =>
        Register<TKey, TValue>(builder, connectionName, configureSettings, null);

    public static void AddKafkaConsumer<TKey, TValue>(
        this IHostApplicationBuilder builder, string connectionName, Action<ConsumerBuilder<TKey, TValue>>? configureBuilder) =>
        Register<TKey, TValue>(builder, connectionName, null, (_, consumer) => configureBuilder?.Invoke(consumer));

    /// <summary>Registers a singleton <see cref="IConsumer{TKey,TValue}"/>, made when first asked for. Its group must be set.</summary>
    public static void AddKafkaConsumer<TKey, TValue>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<KafkaConsumerSettings>? configureSettings,
        Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder) =>
        Register(builder, connectionName, configureSettings, configureBuilder);

    private static void Register<TKey, TValue>(
        IHostApplicationBuilder builder,
        string connectionName,
        Action<KafkaConsumerSettings>? configureSettings,
        Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new KafkaConsumerSettings();
        builder.Configuration.BindSettings(Section, connectionName, settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.TryAddSingleton(services =>
        {
            settings.Config.BootstrapServers ??= ComponentRegistration.Require(settings.ConnectionString, connectionName, Section);
            var consumer = new ConsumerBuilder<TKey, TValue>(settings.Config);
            configureBuilder?.Invoke(services, consumer);
            return consumer.Build();
        });
        if (!settings.DisableHealthChecks)
            builder.AddCheck("Aspire.Confluent.Kafka.Consumer", services => new KafkaHealthCheck(() => services.GetRequiredService<IConsumer<TKey, TValue>>()));
    }
}
