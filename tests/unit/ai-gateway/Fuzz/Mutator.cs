using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ThinkWatch.AiGateway.Tests.Fuzz;

/// <summary>Spoils JSON: in its structure, mostly, so that it stays JSON and gets deep into what reads it. Repeatable by its seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1.5", "1e308", "9223372036854775808", "123456789012345678901234567890", "\"\"", "\"x\"", "\"\\ud800\"", "\"data:image/png;base64,!!\"", "\"http://\"",
        "[]", "{}", "[null]", "[[]]", "[{}]", "{\"type\":\"text\"}", "{\"type\":\"image_url\",\"image_url\":7}", "{\"\":{}}", "\"\\u0000\"", "\"function\"", "\"required\"", "[1,\"a\",{\"b\":[]}]",
    ];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public string Mutate(string json)
    {
        if (json.Contains("\\ud800", StringComparison.Ordinal))
            return json; // spoiled already, and no tree can hold it
        var root = JsonNode.Parse(json)!;
        for (var i = 1 + _random.Next(3); i > 0; i--)
            root = MutateOnce(root);
        return Spoil(root.ToJsonString());
    }

    /// <summary>Any place of the tree, by walking down at random.</summary>
    private JsonNode MutateOnce(JsonNode root)
    {
        var node = root;
        while (true)
        {
            var children = node switch
            {
                JsonObject { Count: > 0 } map => map.Select(static member => member.Value).OfType<JsonNode>().ToArray(),
                JsonArray { Count: > 0 } list => [.. list.OfType<JsonNode>()],
                _ => [],
            };
            if (children.Length == 0 || _random.Next(4) == 0)
                break;
            node = children[_random.Next(children.Length)];
        }

        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                Mutate(map);
                return root;
            case JsonArray { Count: > 0 } list:
                Mutate(list);
                return root;
            default:
                if (ReferenceEquals(node, root))
                    return Value() ?? new JsonObject();
                node.ReplaceWith(Value());
                return root;
        }
    }

    private void Mutate(JsonObject map)
    {
        var name = map.ElementAt(_random.Next(map.Count)).Key;
        switch (_random.Next(4))
        {
            case 0:
                map.Remove(name);
                break;
            case 1:
                map[name] = Value();
                break;
            case 2:
                var moved = map[name]?.DeepClone();
                map.Remove(name);
                map[name + "x"] = moved;
                break;
            default:
                map[map.ElementAt(_random.Next(map.Count)).Key] = map[name]?.DeepClone();
                break;
        }
    }

    private void Mutate(JsonArray list)
    {
        var at = _random.Next(list.Count);
        switch (_random.Next(4))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list[at] = Value();
                break;
            case 2:
                list.Insert(at, list[_random.Next(list.Count)]?.DeepClone());
                break;
            default:
                var other = _random.Next(list.Count);
                var (one, two) = (list[at]?.DeepClone(), list[other]?.DeepClone());
                (list[at], list[other]) = (two, one);
                break;
        }
    }

    // A lone surrogate cannot be held by a node: it is put in afterwards.
    private JsonNode? Value()
    {
        var text = s_values[_random.Next(s_values.Length)];
        return text.Contains("\\ud800", StringComparison.Ordinal) ? JsonValue.Create("@@surrogate@@") : JsonNode.Parse(text);
    }

    private string Spoil(string json)
    {
        json = json.Replace("@@surrogate@@", "\\ud800", StringComparison.Ordinal);
        if (_random.Next(20) != 0 || json.Length == 0)
            return json;
        var text = new StringBuilder(json);
        text[_random.Next(text.Length)] = "\"{}[],:\\0x"[_random.Next(10)];
        return text.ToString();
    }

    public static bool TryParse(string json, out JsonDocument document)
    {
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            document = null!;
            return false;
        }
    }
}
