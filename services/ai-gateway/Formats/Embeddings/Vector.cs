using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Embeddings;

internal static class Vector
{
    /// <summary>A list of numbers.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static float[] Read(JsonElement? said)
    {
        if (said is not { ValueKind: JsonValueKind.Array } list)
            throw new JsonException("An embedding is no list of numbers.");
        var vector = new float[list.GetArrayLength()];
        var i = 0;
        foreach (var number in list.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out vector[i++]))
                throw new JsonException("An embedding holds something that is no number.");
        }

        return vector;
    }
}
