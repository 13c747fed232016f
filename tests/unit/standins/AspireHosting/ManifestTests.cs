using System.Diagnostics;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ThinkWatch.StandIns.Tests.AspireHosting;

public sealed class ManifestTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("manifest-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>The expected text follows the manifest of Aspire's own TestShop sample, which has the same shapes.</summary>
    [Fact]
    public async Task Manifest_StoresAndService_IsWrittenInAspiresFormat()
    {
        var path = Path.Combine(_directory, "aspire-manifest.json");
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--publisher", "manifest", "--output-path", path],
            ProjectDirectory = Directory.CreateDirectory(Path.Combine(_directory, "AppHost")).FullName,
        });
        var token = builder.AddParameter("internal-token", secret: true);
        var catalog = builder.AddPostgres("postgres").WithDataVolume("pg").AddDatabase("catalogdb");
        var basket = builder.AddProject("basket", "../Basket/Basket.csproj").WithHttpEndpoint(targetPort: 8080, name: "http", env: "HTTP_PORT");
        builder.AddProject("frontend", "../Frontend/Frontend.csproj")
            .WithReference(basket).WithReference(catalog).WithEnvironment("TOKEN", token)
            .WithHttpEndpoint(port: 3000, targetPort: 3000, name: "web").WithExternalHttpEndpoints();
        await using (var application = builder.Build())
            await application.RunAsync();

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        var resources = manifest.RootElement.GetProperty("resources");
        Normal(resources.GetProperty("postgres")).ShouldBe(Normal("""
            {
              "type": "container.v0",
              "connectionString": "Host={postgres.bindings.tcp.host};Port={postgres.bindings.tcp.port};Username=postgres;Password={postgres-password.value}",
              "image": "docker.io/library/postgres:18.3",
              "volumes": [ { "name": "pg", "target": "/var/lib/postgresql", "readOnly": false } ],
              "env": {
                "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
                "POSTGRES_INITDB_ARGS": "--auth-host=scram-sha-256 --auth-local=scram-sha-256",
                "POSTGRES_USER": "postgres",
                "POSTGRES_PASSWORD": "{postgres-password.value}"
              },
              "bindings": { "tcp": { "scheme": "tcp", "protocol": "tcp", "transport": "tcp", "targetPort": 5432 } }
            }
            """));
        Normal(resources.GetProperty("catalogdb")).ShouldBe(Normal("""
            { "type": "value.v0", "connectionString": "{postgres.connectionString};Database=catalogdb" }
            """));
        Normal(resources.GetProperty("frontend")).ShouldBe(Normal("""
            {
              "type": "project.v0",
              "path": "Frontend/Frontend.csproj",
              "env": {
                "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY": "in_memory",
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED": "true",
                "BASKET_HTTP": "{basket.bindings.http.url}",
                "services__basket__http__0": "{basket.bindings.http.url}",
                "ConnectionStrings__catalogdb": "{catalogdb.connectionString}",
                "CATALOGDB_HOST": "{postgres.bindings.tcp.host}",
                "CATALOGDB_PORT": "{postgres.bindings.tcp.port}",
                "CATALOGDB_USERNAME": "postgres",
                "CATALOGDB_PASSWORD": "{postgres-password.value}",
                "CATALOGDB_DATABASENAME": "catalogdb",
                "TOKEN": "{internal-token.value}"
              },
              "bindings": { "web": { "scheme": "http", "protocol": "tcp", "transport": "http", "targetPort": 3000, "external": true } }
            }
            """));
        Normal(resources.GetProperty("internal-token")).ShouldBe(Normal("""
            { "type": "parameter.v0", "value": "{internal-token.inputs.value}", "inputs": { "value": { "type": "string", "secret": true } } }
            """));
        Normal(resources.GetProperty("postgres-password")).ShouldBe(Normal("""
            {
              "type": "parameter.v0",
              "value": "{postgres-password.inputs.value}",
              "inputs": { "value": { "type": "string", "secret": true, "default": { "generate": { "minLength": 22 } } } }
            }
            """));
    }

    [Fact]
    public async Task Manifest_OfTheFleet_IsTheCommittedOne()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var root = output;
        while (!File.Exists(Path.Combine(root.FullName, "ThinkWatch.sln")))
            root = root.Parent!;
        var appHost = Path.Combine(root.FullName, "ThinkWatch.AppHost", "bin", output.Parent!.Name, output.Name, "ThinkWatch.AppHost.dll");
        File.Exists(appHost).ShouldBeTrue("the AppHost is built with the solution");
        var committed = Path.Combine(root.FullName, "deploy", "aspire-manifest.json");

        // Beside the committed one: paths are relative to the manifest.
        var fresh = Path.Combine(root.FullName, "deploy", $"aspire-manifest.{Guid.NewGuid():N}.json");
        try
        {
            using var publishing = Process.Start("dotnet", ["exec", appHost, "--publisher", "manifest", "--output-path", fresh]);
            await publishing.WaitForExitAsync().WaitAsync(TestApplication.Patience);
            publishing.ExitCode.ShouldBe(0);
            (await File.ReadAllTextAsync(committed)).ShouldBe(
                await File.ReadAllTextAsync(fresh),
                "write it again: dotnet run --project ThinkWatch.AppHost -- --publisher manifest --output-path deploy/aspire-manifest.json");
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    private static string Normal(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Normal(document.RootElement);
    }

    private static string Normal(JsonElement json) => JsonSerializer.Serialize(json);
}
