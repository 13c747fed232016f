using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace ThinkWatch.StandIns.Tests.AspireHosting;

public sealed class WiringTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder([]);

    [Fact]
    public async Task Reference_ToService_GivesEveryEndpointOfEveryReplica()
    {
        var api = _builder.AddProject("ai-gateway", "any.csproj").WithHttpEndpoint(name: "http", env: "HTTP_PORT").WithHttpEndpoint(name: "grpc").WithReplicas(2);
        var client = _builder.AddExecutable("client", "true", "/").WithReference(api);

        var environment = await EnvironmentOf(client.Resource);

        var http = Ports(api.Resource, "http");
        var grpc = Ports(api.Resource, "grpc");
        environment["services__ai-gateway__http__0"].ShouldBe($"http://127.0.0.1:{http[0]}");
        environment["services__ai-gateway__http__1"].ShouldBe($"http://127.0.0.1:{http[1]}");
        environment["services__ai-gateway__grpc__0"].ShouldBe($"http://127.0.0.1:{grpc[0]}");
        environment["AI_GATEWAY_HTTP"].ShouldBe($"http://127.0.0.1:{http[0]}");
        http.Concat(grpc).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Endpoint_WithVariable_TellsEachReplicaItsOwnPort()
    {
        var api = _builder.AddExecutable("api", "true", "/").WithHttpEndpoint(name: "http", env: "HTTP_PORT").WithAnnotation(new ReplicaAnnotation(2));

        var first = await EnvironmentOf(api.Resource, replica: 0);
        var second = await EnvironmentOf(api.Resource, replica: 1);

        var ports = Ports(api.Resource, "http");
        (first["HTTP_PORT"], second["HTTP_PORT"]).ShouldBe(($"{ports[0]}", $"{ports[1]}"));
    }

    [Fact]
    public async Task Reference_ToConnectionString_FillsPortsAndParameters()
    {
        var password = _builder.AddParameter("password", () => "s{e}cret", secret: true);
        var store = _builder.AddExecutable("postgres", "true", "/").WithEndpoint(name: "tcp");
        var connection = _builder.AddConnectionString("postgres-connection", ReferenceExpression.Create(
            $"Host=127.0.0.1;Port={store.GetEndpoint("tcp").Property(EndpointProperty.Port)};Password={password}"));
        var client = _builder.AddExecutable("client", "true", "/").WithReference(connection, "postgres");

        var environment = await EnvironmentOf(client.Resource);

        environment["ConnectionStrings__postgres"].ShouldBe($"Host=127.0.0.1;Port={Ports(store.Resource, "tcp")[0]};Password=s{{e}}cret");
    }

    [Fact]
    public void Ports_FreeOnes_LieBelowThoseOfOutgoingConnections()
    {
        var ephemeral = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0]);
        var api = _builder.AddExecutable("api", "true", "/").WithHttpEndpoint(name: "http").WithAnnotation(new ReplicaAnnotation(20));

        new PortAllocator().Allocate(_builder.Resources);

        Ports(api.Resource, "http").ShouldAllBe(p => p < ephemeral);
    }

    [Fact]
    public void Resources_SameNameTwice_AreRefused()
    {
        _builder.AddExecutable("api", "true", "/");
        Should.Throw<DistributedApplicationException>(() => _builder.AddExecutable("api", "true", "/")).Message.ShouldContain("api");
    }

    private async Task<IReadOnlyDictionary<string, string>> EnvironmentOf(IResource resource, int replica = 0)
    {
        new PortAllocator().Allocate(_builder.Resources);
        return (await LaunchPlan.CreateAsync(resource, replica, _builder.ExecutionContext, CancellationToken.None)).Environment;
    }

    private static int[] Ports(IResource resource, string endpoint)
    {
        var annotation = resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == endpoint);
        return [.. Enumerable.Range(0, resource.GetReplicaCount()).Select(annotation.PortOf)];
    }
}
