using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace ThinkWatch.AppHost;

/// <summary>The real engines as plain processes, for machines without a container engine.</summary>
internal static class Embedded
{
    public static Stores AddEmbeddedStores(this IDistributedApplicationBuilder builder, Paths paths, Fetch fetch, int replicas, IResourceBuilder<ParameterResource> postgresPassword)
    {
        var cluster = new PostgresCluster(fetch.PostgresBinaries, paths.Of("postgres"));
        var postgres = builder.AddExecutable("postgres", cluster.Command, paths.Data, cluster.ServerArguments)
            .WithEndpoint(scheme: "tcp", name: "tcp", env: "PGPORT")
            .WithHealthCheck("postgres");
        var redis = builder.AddExecutable("redis", "dotnet", paths.Data, GarnetArguments(paths.Of("redis")))
            .WithEnvironment("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0") // idle threads sleep, as the services' own do
            .WithEndpoint(scheme: "redis", name: "tcp")
            .WithHealthCheck("redis");
        redis.WithArgs(context => context.Args.Add(redis.GetEndpoint("tcp").Property(EndpointProperty.TargetPort)));
        var clickHouse = builder.AddProject("clickhouse", "../eng/embedded-clickhouse/ThinkWatch.EmbeddedClickHouse.csproj")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithEnvironment("DATA_DIR", paths.Of("clickhouse"))
            .WithEnvironment("CHDB_LIBRARY", fetch.ChdbLibrary)
            .WithHttpHealthCheck("/ping");

        var postgresPort = postgres.GetEndpoint("tcp");
        var redisPort = redis.GetEndpoint("tcp");
        var clickHousePort = clickHouse.GetEndpoint("http").Property(EndpointProperty.Port);
        builder.Services.AddHealthChecks()
            .AddAsyncCheck("postgres", StoreChecks.Postgres(postgresPort, Path.Combine(paths.Of("postgres"), "postmaster.pid")))
            .AddAsyncCheck("redis", StoreChecks.Redis(redisPort));

        return new(
            new("postgres", builder.AddConnectionString("postgres-connection", ReferenceExpression.Create(
                $"Host=127.0.0.1;Port={postgresPort.Property(EndpointProperty.Port)};Username=postgres;Password={postgresPassword};Database={PostgresCluster.Database};Maximum Pool Size={PoolSize(replicas)}"))),
            new("redis", builder.AddConnectionString("redis-connection", ReferenceExpression.Create($"127.0.0.1:{redisPort.Property(EndpointProperty.Port)}"))),
            new("clickhouse", builder.AddConnectionString("clickhouse-connection", ReferenceExpression.Create(
                $"Host=127.0.0.1;Port={clickHousePort};Database={PostgresCluster.Database};Username=default;Password="))),
            Kafka: null);
    }

    /// <summary>Five services keep connections to the one server, each of their replicas a pool of its own.</summary>
    private static string PoolSize(int replicas) => Math.Min(25, PostgresCluster.Connections * 9 / 10 / (5 * replicas)).ToString(CultureInfo.InvariantCulture);

    // Without --lua-transaction-mode scripts are not atomic; without RandomAccess Garnet needs a library that may be absent. Past its
    // size limit the append-only file is replaced by a checkpoint, else it would grow for ever. The port comes last.
    private static string[] GarnetArguments(string directory) =>
    [
        "exec", Fetch.Garnet, "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode",
        "--aof", "--aof-commit-freq", "100", "--aof-size-limit", "128m", "--aof-segment-size", "64m", "--recover",
        "--device-type", "RandomAccess", "--checkpointdir", directory, "--index", "16m", "-q", "--port",
    ];
}
