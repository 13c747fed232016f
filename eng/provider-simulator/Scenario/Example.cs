using System.Text;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>A value that fits a JSON schema (or Gemini's dialect of it): always the same for the same schema.</summary>
internal static class Example
{
    private const int MaxDepth = 12;

    public static string For(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return "{}";
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, schema, schema, depth: 0);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, JsonElement root, JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            json.WriteNullValue();
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference) && Resolve(root, reference) is { } target)
        {
            Write(json, root, target, depth + 1);
            return;
        }

        if (schema.TryGetProperty("const", out var constant))
        {
            constant.WriteTo(json);
            return;
        }

        foreach (var choice in (string[])["enum", "anyOf", "oneOf", "allOf"])
        {
            if (!schema.TryGetProperty(choice, out var values) || values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0)
                continue;
            if (choice == "enum")
                values[0].WriteTo(json);
            else
                Write(json, root, values[0], depth + 1);
            return;
        }

        WriteTyped(json, root, schema, depth);
    }

    private static void WriteTyped(Utf8JsonWriter json, JsonElement root, JsonElement schema, int depth)
    {
        switch (TypeOf(schema))
        {
            case "string":
                json.WriteStringValue("simulated");
                break;
            case "integer" or "number":
                WriteNumber(json, schema);
                break;
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "null":
                json.WriteNullValue();
                break;
            case "array":
                WriteArray(json, root, schema, depth);
                break;
            default:
                WriteObject(json, root, schema, depth);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.TryGetProperty("minimum", out var minimum) && minimum.ValueKind == JsonValueKind.Number && minimum.GetDouble() > 1)
            minimum.WriteTo(json);
        else if (schema.TryGetProperty("maximum", out var maximum) && maximum.ValueKind == JsonValueKind.Number && maximum.GetDouble() < 1)
            maximum.WriteTo(json);
        else
            json.WriteNumberValue(1);
    }

    private static void WriteArray(Utf8JsonWriter json, JsonElement root, JsonElement schema, int depth)
    {
        json.WriteStartArray();
        var count = schema.TryGetProperty("minItems", out var minimum) && minimum.ValueKind == JsonValueKind.Number && minimum.TryGetInt32(out var least)
            ? Math.Clamp(least, 1, 100)
            : 1;
        if (schema.TryGetProperty("items", out var items))
        {
            for (var i = 0; i < count; i++)
                Write(json, root, items, depth + 1);
        }

        json.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement root, JsonElement schema, int depth)
    {
        json.WriteStartObject();
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
            {
                json.WritePropertyName(property.Name);
                Write(json, root, property.Value, depth + 1);
            }
        }

        json.WriteEndObject();
    }

    private static string TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var declared))
            return "object";
        if (declared.ValueKind == JsonValueKind.String)
            return declared.GetString()!.ToLowerInvariant();
        return declared.ValueKind == JsonValueKind.Array
            ? declared.EnumerateArray().FirstOrDefault(static type => type.ValueKind == JsonValueKind.String && !type.ValueEquals("null")) is { ValueKind: JsonValueKind.String } first
                ? first.GetString()!
                : "null"
            : "object";
    }

    private static JsonElement? Resolve(JsonElement root, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String || !reference.GetString()!.StartsWith("#/", StringComparison.Ordinal))
            return null;
        var at = root;
        foreach (var step in reference.GetString()![2..].Split('/'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return at;
    }
}
