using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Browser.Tests;

/// <summary>The console's client is generated from web/openapi.json: the fleet must serve what stands there.</summary>
public sealed class ContractTests(FleetFixture fleet)
{
    [Fact]
    public async Task OpenApi_ThatTheConsoleIsGeneratedFrom_IsServed()
    {
        await using var console = await fleet.SignInAsync();
        var answer = await console.Page.APIRequest.GetAsync(new Uri(fleet.ConsoleUrl, "/api/openapi.json").ToString());
        using var served = JsonDocument.Parse(await answer.BodyAsync());
        using var wanted = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "web", "openapi.json"), TestContext.Current.CancellationToken));

        var missing = Operations(wanted).Except(Operations(served)).ToList();

        missing.ShouldBeEmpty();
    }

    private static IEnumerable<string> Operations(JsonDocument document) =>
        from path in document.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "post" or "put" or "patch" or "delete"
        select $"{operation.Name} {path.Name}";
}
