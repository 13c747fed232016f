using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using ThinkWatch.Tests;

namespace ThinkWatch.StandIns.Tests.AspireComponents;

/// <summary>Runs against librdkafka's own mock broker, which listens on a real port of this process.</summary>
public sealed class KafkaComponentTests
{
    [Fact]
    public async Task Producer_Message_ReachesConsumer()
    {
        Assert.SkipUnless(Exists(), "librdkafka is not installed.");
        using var broker = new ProducerBuilder<Null, string>(new ProducerConfig(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "mock",
            ["test.mock.num.brokers"] = "1",
        })).Build();
        using var host = ComponentHost.Build(
            new() { ["ConnectionStrings:kafka"] = Address(broker), ["Aspire:Confluent:Kafka:Producer:Config:LingerMs"] = "1" },
            builder =>
            {
                builder.AddKafkaProducer<string, string>("kafka", settings => settings.Config.Acks = Acks.All);
                builder.AddKafkaConsumer<string, string>("kafka", settings =>
                {
                    settings.Config.GroupId = "tests";
                    settings.Config.AutoOffsetReset = AutoOffsetReset.Earliest;
                });
            });

        var producer = host.Services.GetRequiredService<IProducer<string, string>>();
        var report = await producer.ProduceAsync("events", new Message<string, string> { Key = "k", Value = "v" }, TestContext.Current.CancellationToken);
        report.Status.ShouldBe(PersistenceStatus.Persisted);
        var consumer = host.Services.GetRequiredService<IConsumer<string, string>>();
        consumer.Subscribe("events");

        consumer.Consume(TimeSpan.FromSeconds(20)).ShouldNotBeNull().Message.Value.ShouldBe("v");
        (await host.CheckAsync("Aspire.Confluent.Kafka.Producer")).Status.ShouldBe(HealthStatus.Healthy);
        (await host.CheckAsync("Aspire.Confluent.Kafka.Consumer")).Status.ShouldBe(HealthStatus.Healthy);
        consumer.Close();
    }

    [Fact]
    public async Task Broker_Away_IsUnhealthy()
    {
        Assert.SkipUnless(Exists(), "librdkafka is not installed.");
        using var host = ComponentHost.Build(
            new() { ["ConnectionStrings:kafka"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Take()}") },
            builder => builder.AddKafkaProducer<string, string>("kafka", settings => settings.Config.Debug = null));

        (await host.CheckAsync("Aspire.Confluent.Kafka.Producer")).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    private static string Address(IProducer<Null, string> broker)
    {
        using var admin = new DependentAdminClientBuilder(broker.Handle).Build();
        var known = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers.Single();
        return string.Create(CultureInfo.InvariantCulture, $"{known.Host}:{known.Port}");
    }

    private static bool Exists()
    {
        try
        {
            return Library.Version > 0;
        }
        catch (Exception error) when (error is DllNotFoundException or FileNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
