using System.Text.Json;

namespace ThinkWatch.Identity.Roles;

/// <summary>What differs between two JSON documents, by path, in the order of the paths.</summary>
internal static class JsonDiff
{
    public static IReadOnlyList<RoleChange> Of(JsonElement? before, JsonElement? after)
    {
        var changes = new List<RoleChange>();
        Compare(changes, "", before, after);
        return changes;
    }

    private static void Compare(List<RoleChange> changes, string path, JsonElement? before, JsonElement? after)
    {
        if (before is { } b && after is { } a)
        {
            if (JsonElement.DeepEquals(b, a))
                return;
            if (b.ValueKind == JsonValueKind.Object && a.ValueKind == JsonValueKind.Object)
            {
                foreach (var name in b.EnumerateObject().Concat(a.EnumerateObject()).Select(p => p.Name).Distinct().Order(StringComparer.Ordinal))
                    Compare(changes, path.Length == 0 ? name : $"{path}.{name}", Member(b, name), Member(a, name));
                return;
            }

            if (b.ValueKind == JsonValueKind.Array && a.ValueKind == JsonValueKind.Array)
            {
                for (var i = 0; i < Math.Max(b.GetArrayLength(), a.GetArrayLength()); i++)
                    Compare(changes, $"{path}[{i}]", Item(b, i), Item(a, i));
                return;
            }
        }

        if (before is not null || after is not null)
            changes.Add(new RoleChange(path, before, after));
    }

    private static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Item(JsonElement element, int index) => index < element.GetArrayLength() ? element[index] : null;
}
