using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ThinkWatch.Integration.Tests.AdminApi;

public sealed class DescriptionTests(AdminApiFixture fixture) : IClassFixture<AdminApiFixture>
{
    private readonly AdminApiHost _host = fixture.Host;

    [Fact]
    public async Task Document_DescribesEveryEndpoint_AndEveryReferenceResolves()
    {
        using var anyone = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_host.HttpPort}") };
        var document = await anyone.ReadAsync("/api/openapi.json");
        document["openapi"]!.GetValue<string>().ShouldStartWith("3.1");
        var described = document["paths"]!.AsObject()
            .SelectMany(static path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")).ToHashSet();
        foreach (var endpoint in _host.Services.GetServices<EndpointDataSource>().SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/').Replace(":guid", "", StringComparison.Ordinal);
            if (!pattern.StartsWith("/api/", StringComparison.Ordinal) || pattern == "/api/openapi.json")
                continue;
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                described.ShouldContain($"{method} {pattern}");
        }

        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var reference in References(document))
            schemas.ContainsKey(reference["#/components/schemas/".Length..]).ShouldBeTrue(reference);
        schemas["ProviderPatch"]!["properties"]!["timeout_secs"]!["type"]!.AsArray().Select(static t => t!.GetValue<string>()).ShouldBe(["integer", "null"], ignoreOrder: true);
        schemas["ModelView"]!["properties"]!["input_price"]!["format"]!.GetValue<string>().ShouldBe("decimal");
    }

    [Fact]
    public async Task Health_NamesEachServiceAndStore_AlsoWhatIsAway()
    {
        using var someone = _host.Client(Guid.CreateVersion7());
        var health = await someone.ReadAsync("/api/health");
        health["stores"]!["postgres"]!["status"]!.GetValue<string>().ShouldBe("ok");
        health["stores"]!["clickhouse"]!["status"]!.GetValue<string>().ShouldBe("ok");
        health["stores"]!["kafka"]!["status"]!.GetValue<string>().ShouldBe("not_configured");
        health["services"]!["provider-simulator"]!["status"]!.GetValue<string>().ShouldBe("down");
        health["controls"]!.AsArray().Select(static c => c!["name"]!.GetValue<string>()).ShouldBe(["authentication", "rate_limits", "audit"]);
        health["status"]!.GetValue<string>().ShouldBe("degraded");
        using var nobody = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_host.HttpPort}") };
        (await nobody.SendAsync(HttpMethod.Get, "/api/health")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static IEnumerable<string> References(JsonNode node) => node switch
    {
        JsonObject item => item.SelectMany(static member => member is { Key: "$ref", Value: JsonValue target } ? [target.GetValue<string>()] : member.Value is null ? [] : References(member.Value)),
        JsonArray items => items.OfType<JsonNode>().SelectMany(References),
        _ => [],
    };
}
