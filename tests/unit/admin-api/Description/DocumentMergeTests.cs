using System.Text.Json.Nodes;
using ThinkWatch.AdminApi.Description;

namespace ThinkWatch.AdminApi.Tests.Description;

public sealed class DocumentMergeTests
{
    [Fact]
    public void Schemas_ThatDiffer_AreRenamed_WithTheirReferences_AndThoseAlikeAreShared()
    {
        var merged = DocumentMerge.Merge("1.2.3",
        [
            ("admin-api", Document("/api/a", "string")),
            ("identity", Document("/api/b", "integer")),
            ("limits", Document("/api/c", "string")),
        ]);
        var schemas = merged["components"]!["schemas"]!.AsObject();
        schemas.Select(static s => s.Key).ShouldBe(["IdentityThing", "Problem", "Thing"]);
        schemas["Thing"]!["type"]!.GetValue<string>().ShouldBe("string");
        schemas["IdentityThing"]!["type"]!.GetValue<string>().ShouldBe("integer");
        Reference(merged, "/api/a").ShouldBe("#/components/schemas/Thing");
        Reference(merged, "/api/b").ShouldBe("#/components/schemas/IdentityThing");
        Reference(merged, "/api/c").ShouldBe("#/components/schemas/Thing");
    }

    [Fact]
    public void Paths_OutsideTheManagementApi_AreLeftOut()
    {
        var merged = DocumentMerge.Merge("1", [("identity", Document("/health/live", "string"))]);
        merged["paths"]!.AsObject().Count.ShouldBe(0);
    }

    private static JsonObject Document(string path, string type) => JsonNode.Parse(
        """
        {"openapi":"3.1.1","paths":{"PATH":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}}}}}},
         "components":{"schemas":{"Thing":{"type":"TYPE"},"Problem":{"type":"object"}}}}
        """.Replace("PATH", path, StringComparison.Ordinal).Replace("TYPE", type, StringComparison.Ordinal))!.AsObject();

    private static string Reference(JsonObject document, string path) =>
        document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();
}
