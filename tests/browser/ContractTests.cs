using System.Text.Json.Nodes;
using ThinkWatch.Fleet;

namespace ThinkWatch.Browser.Tests;

/// <summary>
/// The console's client is generated from web/openapi.json: the fleet must serve what stands there, and what the fleet serves must stand there.
/// <c>UPDATE_OPENAPI=1</c> adds what is missing from the file; <c>npm run api</c> in web/ makes the client of it.
/// </summary>
public sealed class ContractTests(FleetFixture fleet)
{
    private const string Schemas = "#/components/schemas/";
    private static readonly string _path = Path.Combine(Repository.Root, "web", "openapi.json");

    [Fact]
    public async Task OpenApi_ThatTheConsoleIsGeneratedFrom_IsWhatIsServed()
    {
        await using var console = await fleet.SignInAsync();
        var answer = await console.Page.APIRequest.GetAsync(new Uri(fleet.ConsoleUrl, "/api/openapi.json").ToString());
        var served = JsonNode.Parse(await answer.BodyAsync())!.AsObject();
        var described = JsonNode.Parse(await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken))!.AsObject();
        if (Environment.GetEnvironmentVariable("UPDATE_OPENAPI") == "1")
        {
            Add(served, described);
            await File.WriteAllTextAsync(_path, described.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n", TestContext.Current.CancellationToken);
        }

        Operations(described).Except(Operations(served)).ShouldBeEmpty("web/openapi.json describes what the fleet does not serve");
        Operations(served).Except(Operations(described)).ShouldBeEmpty("the fleet serves what web/openapi.json does not describe: UPDATE_OPENAPI=1 adds it");
    }

    private static IEnumerable<string> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key is "get" or "post" or "put" or "patch" or "delete"
        select $"{operation.Key} {path.Key}";

    private static void Add(JsonObject served, JsonObject described)
    {
        var paths = described["paths"]!.AsObject();
        foreach (var (path, item) in served["paths"]!.AsObject())
        {
            if (!paths.ContainsKey(path)) paths[path] = new JsonObject();
            foreach (var (name, operation) in item!.AsObject())
            {
                if (paths[path]!.AsObject().ContainsKey(name)) continue;
                paths[path]![name] = operation!.DeepClone();
                AddSchemas(operation, served, described);
            }
        }
    }

    private static void AddSchemas(JsonNode node, JsonObject served, JsonObject described)
    {
        var known = described["components"]!["schemas"]!.AsObject();
        switch (node)
        {
            case JsonObject item:
                foreach (var (name, value) in item)
                {
                    if (name == "$ref" && value!.GetValue<string>() is var target && target.StartsWith(Schemas, StringComparison.Ordinal) && !known.ContainsKey(target[Schemas.Length..]))
                    {
                        var schema = served["components"]!["schemas"]![target[Schemas.Length..]]!;
                        known[target[Schemas.Length..]] = schema.DeepClone();
                        AddSchemas(schema, served, described);
                    }
                    else if (value is not null)
                    {
                        AddSchemas(value, served, described);
                    }
                }

                break;
            case JsonArray items:
                foreach (var each in items.OfType<JsonNode>()) AddSchemas(each, served, described);
                break;
        }
    }
}
