using System.Text;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>The tool that a simulated model calls, with arguments made up from its schema: always the same for the same schema.</summary>
internal sealed record SimulatedTool(string Name, string Arguments)
{
    /// <summary>The tool that <c>tool_choice</c> names, else the first function; null when there is none.</summary>
    public static SimulatedTool? Choose(JsonElement root, JsonElement choice)
    {
        if (!root.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
            return null;
        string? wanted = null;
        if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("function", out var named) && named.TryGetProperty("name", out var name))
            wanted = name.GetString();
        foreach (var tool in tools.EnumerateArray())
        {
            if (tool.ValueKind != JsonValueKind.Object || !tool.TryGetProperty("function", out var function)
                || !function.TryGetProperty("name", out var functionName) || functionName.ValueKind != JsonValueKind.String
                || (wanted is not null && !functionName.ValueEquals(wanted)))
                continue;
            return new SimulatedTool(functionName.GetString()!, ArgumentsFor(function));
        }

        return null;
    }

    private static string ArgumentsFor(JsonElement function)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (function.TryGetProperty("parameters", out var schema))
                WriteExample(writer, schema, depth: 0);
            else
                writer.WriteRawValue("{}");
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteExample(Utf8JsonWriter writer, JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > 8)
        {
            writer.WriteNullValue();
            return;
        }

        if (schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0)
        {
            values[0].WriteTo(writer);
            return;
        }

        var type = schema.TryGetProperty("type", out var declared) && declared.ValueKind == JsonValueKind.String ? declared.GetString() : "object";
        switch (type)
        {
            case "string":
                writer.WriteStringValue("simulated");
                break;
            case "integer" or "number":
                writer.WriteNumberValue(1);
                break;
            case "boolean":
                writer.WriteBooleanValue(true);
                break;
            case "array":
                writer.WriteStartArray();
                if (schema.TryGetProperty("items", out var items))
                    WriteExample(writer, items, depth + 1);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
                {
                    foreach (var property in properties.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        WriteExample(writer, property.Value, depth + 1);
                    }
                }

                writer.WriteEndObject();
                break;
        }
    }
}
