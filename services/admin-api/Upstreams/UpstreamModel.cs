using System.Text.Json;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>A model as its provider lists it.</summary>
internal sealed record UpstreamModel(string Id, string? DisplayName, long? ContextWindow, long? MaxOutputTokens)
{
    private const int MaximumModels = 5000;

    /// <summary>Reads the list of any of the types; what has no name is left out.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="ProbeException">It is no such list.</exception>
    public static IReadOnlyList<UpstreamModel> ReadList(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        foreach (var name in (string[])["data", "models", "modelSummaries"])
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
                return [.. list.EnumerateArray().Select(Read).OfType<UpstreamModel>().DistinctBy(static model => model.Id).Take(MaximumModels).OrderBy(static model => model.Id, StringComparer.Ordinal)];
        }

        throw new ProbeException("The answer is not a list of models.");
    }

    private static UpstreamModel? Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || (Text(item, "id") ?? Text(item, "modelId") ?? Text(item, "name")) is not { Length: > 0 and <= 300 } id)
            return null;
        if (id.StartsWith("models/", StringComparison.Ordinal))
            id = id["models/".Length..];
        return new UpstreamModel(
            id,
            Text(item, "display_name") ?? Text(item, "displayName") ?? Text(item, "modelName"),
            Number(item, "max_input_tokens") ?? Number(item, "inputTokenLimit") ?? Number(item, "context_length"),
            Number(item, "max_tokens") ?? Number(item, "outputTokenLimit"));
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number > 0 ? number : null;
}
