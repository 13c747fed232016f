using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>
/// Where client and provider speak one format nothing is read anew: both bodies are the same, member for member in one order, text for text. But for the model's
/// name, what the gateway asks for its own sake, and thoughts of other providers.
/// </summary>
internal static class SameWire
{
    public static void Compare(JsonElement sent, JsonElement received, string path, List<string> found)
    {
        if (sent.ValueKind != received.ValueKind)
        {
            found.Add($"{path}: {Short(sent)} became {Short(received)}");
            return;
        }

        switch (sent.ValueKind)
        {
            case JsonValueKind.Object:
                CompareMembers(sent, received, path, found);
                break;
            case JsonValueKind.Array:
                CompareItems([.. sent.EnumerateArray().Where(static item => !IsForeignThought(item))], [.. received.EnumerateArray()], path, found);
                break;
            default:
                if (sent.GetRawText() != received.GetRawText() && !(sent.ValueKind == JsonValueKind.String && sent.GetString() == received.GetString())) found.Add($"{path}: {Short(sent)} became {Short(received)}");
                break;
        }
    }

    private static void CompareMembers(JsonElement sent, JsonElement received, string path, List<string> found)
    {
        var names = sent.EnumerateObject().Select(static member => member.Name).Where(name => !IsTheGateways(path, name)).ToArray();
        var there = received.EnumerateObject().Select(static member => member.Name).Where(name => !IsTheGateways(path, name)).ToArray();
        found.AddRange(names.Except(there).Select(name => $"{path}.{name}: lost"));
        found.AddRange(there.Except(names).Select(name => $"{path}.{name}: added"));
        if (names.Length == there.Length && !names.SequenceEqual(there) && !names.Except(there).Any()) found.Add($"{path}: members in another order");
        foreach (var name in names.Intersect(there)) Compare(sent.GetProperty(name), received.GetProperty(name), $"{path}.{name}", found);
    }

    private static void CompareItems(JsonElement[] sent, JsonElement[] received, string path, List<string> found)
    {
        if (sent.Length != received.Length) found.Add($"{path}: {sent.Length} items became {received.Length}");
        for (var i = 0; i < Math.Min(sent.Length, received.Length); i++) Compare(sent[i], received[i], $"{path}[{i}]", found);
    }

    private static bool IsTheGateways(string path, string name) => path.Length == 0 && name is "model" or "stream_options";

    private static bool IsForeignThought(JsonElement item) => Json.TextOf(item, "encrypted_content")?.StartsWith("tw1.thoughts.", StringComparison.Ordinal) == true;

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 200 } text ? text[..200] + "…" : value.GetRawText();
}
