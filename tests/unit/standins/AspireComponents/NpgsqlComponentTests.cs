using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ThinkWatch.Tests;

namespace ThinkWatch.StandIns.Tests.AspireComponents;

public sealed class NpgsqlComponentTests
{
    [Fact]
    public void DataSource_ConnectionString_ComesFromConfigurationAndIsNamed()
    {
        using var host = ComponentHost.Build(
            new() { ["ConnectionStrings:postgres"] = "Host=127.0.0.1;Port=1;Database=thinkwatch;Username=u;Password=p" },
            builder => builder.AddNpgsqlDataSource("postgres", configureDataSourceBuilder: source => source.ConnectionStringBuilder.MaxPoolSize = 7));

        var settings = new NpgsqlConnectionStringBuilder(host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        settings.Port.ShouldBe(1);
        settings.MaxPoolSize.ShouldBe(7);
    }

    [Fact]
    public void DataSource_WithoutConnectionString_SaysWhichIsMissing()
    {
        using var host = ComponentHost.Build([], builder => builder.AddNpgsqlDataSource("postgres"));

        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredService<NpgsqlDataSource>())
            .Message.ShouldContain("ConnectionStrings:postgres");
    }

    [Fact]
    public async Task Databases_Away_AreUnhealthyAndTheHostLives()
    {
        using var host = ComponentHost.Build(
            new() { ["ConnectionStrings:postgres"] = $"Host=127.0.0.1;Port={FreePort.Take()};Username=u;Timeout=2" },
            builder =>
            {
                builder.AddNpgsqlDataSource("postgres");
                builder.AddNpgsqlDbContext<Ledger>("postgres", settings => settings.DisableRetry = true);
            });

        (await host.CheckAsync("PostgreSql")).Status.ShouldBe(HealthStatus.Unhealthy);
        (await host.CheckAsync(nameof(Ledger))).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DbContext_Retry_IsAsSet(bool disabled)
    {
        using var host = ComponentHost.Build(
            new()
            {
                ["ConnectionStrings:postgres"] = "Host=127.0.0.1;Port=1",
                ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:DisableRetry"] = $"{disabled}",
                ["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:CommandTimeout"] = "3",
            },
            builder => builder.AddNpgsqlDbContext<Ledger>("postgres"));
        using var scope = host.Services.CreateScope();

        var database = scope.ServiceProvider.GetRequiredService<Ledger>().Database;

        database.CreateExecutionStrategy().RetriesOnFailure.ShouldBe(!disabled);
        database.GetCommandTimeout().ShouldBe(3);
    }

    internal sealed class Ledger(DbContextOptions<Ledger> options) : DbContext(options);
}
