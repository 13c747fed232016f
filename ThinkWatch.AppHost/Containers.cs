namespace ThinkWatch.AppHost;

/// <summary>The same stores as containers: what the deployment manifest describes, and what a machine with a container engine can run.</summary>
internal static class Containers
{
    public static Stores AddContainerStores(this IDistributedApplicationBuilder builder, IResourceBuilder<ParameterResource> postgresPassword)
    {
        var postgres = builder.AddPostgres("postgres", password: postgresPassword).WithImage("postgres", "18").WithDataVolume("postgres-data");
        var database = postgres.AddDatabase("postgres-database", PostgresCluster.Database);
        var redis = builder.AddRedis("redis").WithImage("redis", "8").WithDataVolume("redis-data");
        var kafka = builder.AddKafka("kafka").WithDataVolume("kafka-data");
        var password = builder.AddParameter("clickhouse-password", secret: true);
        var clickHouse = builder.AddContainer("clickhouse", "clickhouse/clickhouse-server", "26.5")
            .WithHttpEndpoint(targetPort: 8123, name: "http")
            .WithEnvironment("CLICKHOUSE_DB", PostgresCluster.Database)
            .WithEnvironment("CLICKHOUSE_PASSWORD", password)
            .WithVolume("clickhouse-data", "/var/lib/clickhouse");
        var http = clickHouse.GetEndpoint("http");
        var connection = builder.AddConnectionString("clickhouse-connection", ReferenceExpression.Create(
            $"Host={http.Property(EndpointProperty.Host)};Port={http.Property(EndpointProperty.Port)};Database={PostgresCluster.Database};Username=default;Password={password}"));
        return new(new("postgres", database), new("redis", redis), new("clickhouse", connection), new("kafka", kafka));
    }
}
