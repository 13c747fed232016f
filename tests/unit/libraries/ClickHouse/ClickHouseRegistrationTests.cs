using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using ThinkWatch.ClickHouse;

namespace ThinkWatch.Tests.ClickHouse;

public sealed class ClickHouseRegistrationTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    [Fact]
    public async Task HealthCheck_FollowsTheServer()
    {
        (await CheckAsync(server.ConnectionString)).ShouldBe(HealthStatus.Healthy);
        (await CheckAsync("Host=127.0.0.1;Port=1")).ShouldBe(HealthStatus.Unhealthy);
    }

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData("Host=h;Port=x", "Port")]
    public void Registration_WithoutAUsableConnectionString_NamesIt(string? text, string reason)
    {
        var failure = Should.Throw<InvalidOperationException>(() => Build(text));
        failure.Message.ShouldContain("ConnectionStrings__clickhouse");
        failure.Message.ShouldContain(reason);
    }

    private static async Task<HealthStatus> CheckAsync(string connection)
    {
        using var host = Build(connection);
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));
        report.Entries.Keys.ShouldBe(["clickhouse"]);
        return report.Status;
    }

    private static IHost Build(string? connection)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:clickhouse", connection)]);
        builder.AddClickHouse("clickhouse");
        return builder.Build();
    }
}
