using System.Text.Json.Nodes;

namespace ThinkWatch.AdminApi.Description;

/// <summary>Several OpenAPI documents as one: paths side by side, schemas shared where they are the same and renamed where they are not.</summary>
internal static class DocumentMerge
{
    private const string Prefix = "#/components/schemas/";

    public static JsonObject Merge(string version, IEnumerable<(string Service, JsonObject Document)> documents)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var (service, document) in documents)
        {
            var renamed = AddSchemas(service, document, schemas);
            foreach (var (path, item) in document["paths"]?.AsObject() ?? [])
            {
                if (path.StartsWith("/api/", StringComparison.Ordinal) && item is not null && !paths.ContainsKey(path))
                    paths[path] = Rewrite(item, renamed);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "ThinkWatch management API",
                ["version"] = version,
                ["description"] = "Authenticate with the console's session cookie, or with Authorization: Bearer tw-… and a key that has the surface console.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }, new JsonObject { ["session"] = new JsonArray() }),
            ["paths"] = Sorted(paths),
            ["components"] = new JsonObject
            {
                ["schemas"] = Sorted(schemas),
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                    ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = "__Host-thinkwatch_access" },
                },
            },
        };
    }

    /// <summary>Old name → new, for the schemas of this service that another one's of the same name differ from.</summary>
    private static Dictionary<string, string> AddSchemas(string service, JsonObject document, JsonObject schemas)
    {
        var own = document["components"]?["schemas"]?.AsObject() ?? [];
        var prefix = string.Concat(service.Split('-').Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
        var renamed = own.Where(schema => schemas.TryGetPropertyValue(schema.Key, out var taken) && !JsonNode.DeepEquals(taken, schema.Value))
            .ToDictionary(static schema => schema.Key, schema => prefix + schema.Key);
        foreach (var (name, schema) in own)
        {
            if (schema is not null)
                schemas[renamed.GetValueOrDefault(name, name)] = Rewrite(schema, renamed);
        }

        return renamed;
    }

    /// <summary>A copy whose references follow the renaming.</summary>
    private static JsonNode Rewrite(JsonNode node, Dictionary<string, string> renamed)
    {
        switch (node)
        {
            case JsonObject from:
                var copy = new JsonObject();
                foreach (var (name, value) in from)
                {
                    var reference = name == "$ref" && value is JsonValue text && text.TryGetValue<string>(out var target) && target.StartsWith(Prefix, StringComparison.Ordinal) ? target[Prefix.Length..] : null;
                    copy[name] = reference is not null && renamed.TryGetValue(reference, out var other) ? Prefix + other : value is null ? null : Rewrite(value, renamed);
                }

                return copy;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => item is null ? null : Rewrite(item, renamed))]);
            default:
                return node.DeepClone();
        }
    }

    private static JsonObject Sorted(JsonObject from) =>
        new(from.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => KeyValuePair.Create(item.Key, item.Value?.DeepClone())));
}
