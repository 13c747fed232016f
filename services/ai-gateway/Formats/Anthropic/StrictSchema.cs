using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// Writes a JSON Schema so that Anthropic's constrained decoding takes it: objects are closed, and bounds that it does not know are left out
/// (https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations).
/// </summary>
internal static class StrictSchema
{
    private static readonly string[] s_unknown =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
        "minProperties", "maxProperties", "patternProperties", "propertyNames", "contains", "minContains", "maxContains",
    ];

    /// <summary>True when something of it was altered.</summary>
    public static bool Write(Utf8JsonWriter json, JsonElement? schema)
    {
        if (schema is { ValueKind: JsonValueKind.Object } given)
            return WriteSchema(json, given);
        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteEndObject();
        return true;
    }

    private static bool WriteSchema(Utf8JsonWriter json, JsonElement schema)
    {
        var altered = false;
        var isObject = schema.StringOrNull("type") == "object" || schema.Member("properties") is not null;
        json.WriteStartObject();
        foreach (var (name, value) in JsonRead.Members(schema, "schema"))
        {
            if (s_unknown.Contains(name) || (name == "minItems" && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var least) && least > 1))
            {
                altered = true;
                continue;
            }

            if (isObject && name == "additionalProperties")
            {
                altered |= value.ValueKind != JsonValueKind.False;
                continue;
            }

            json.WritePropertyName(Encoding.UTF8.GetBytes(name));
            altered |= WriteMember(json, name, value);
        }

        if (isObject)
        {
            altered |= schema.Member("additionalProperties") is null;
            json.WriteBoolean("additionalProperties"u8, false);
        }

        json.WriteEndObject();
        return altered;
    }

    private static bool WriteMember(Utf8JsonWriter json, string name, JsonElement value)
    {
        switch (name)
        {
            case "properties" or "$defs" or "definitions" when value.ValueKind == JsonValueKind.Object:
                var altered = false;
                json.WriteStartObject();
                foreach (var (inner, schema) in JsonRead.Members(value, "schema"))
                {
                    json.WritePropertyName(Encoding.UTF8.GetBytes(inner));
                    altered |= WriteInner(json, schema);
                }

                json.WriteEndObject();
                return altered;
            case "items" or "not" or "if" or "then" or "else":
                return WriteInner(json, value);
            case "anyOf" or "allOf" or "oneOf" or "prefixItems" when value.ValueKind == JsonValueKind.Array:
                var any = false;
                json.WriteStartArray();
                foreach (var schema in value.EnumerateArray())
                    any |= WriteInner(json, schema);
                json.WriteEndArray();
                return any;
            default:
                json.Raw(value);
                return false;
        }
    }

    private static bool WriteInner(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Object)
            return WriteSchema(json, schema);
        json.Raw(schema);
        return false;
    }
}
