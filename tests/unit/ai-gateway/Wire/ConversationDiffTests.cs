using System.Text;
using System.Text.Json.Nodes;
using ThinkWatch.Conformance.Tests.Wire;

namespace ThinkWatch.AiGateway.Tests.Wire;

/// <summary>The comparison itself: what it takes for the same, and that it sees every loss, alteration, doubling and disorder of what a provider got.</summary>
public sealed class ConversationDiffTests
{
    /// <summary>Members that say how a format is laid out, or that the gateway has to set.</summary>
    private static readonly string[] s_layout = ["model", "stream", "store", "cachePoint.type", "cache_control.type", "contents.parts.functionCall.id", "contents.parts.functionResponse.id"];

    public static TheoryData<int> Pairs => [.. Enumerable.Range(0, DiffCorpus.Pairs.Length)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Words_InAnotherFormat_AreTheSame(int pair) => Lost(pair, DiffCorpus.Pairs[pair].Received, DiffCorpus.Pairs[pair].Notes).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Notes_ThatAreMissing_AreMissed(int pair)
    {
        foreach (var note in DiffCorpus.Pairs[pair].Notes.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            Lost(pair, DiffCorpus.Pairs[pair].Received, DiffCorpus.Pairs[pair].Notes.Replace(note, "", StringComparison.Ordinal)).ShouldNotBeEmpty($"without the note {note}");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Everything_LostAlteredDoubledOrSwapped_IsFound(int pair)
    {
        var unseen = new List<string>();
        var tried = 0;
        foreach (var (what, spoiled) in Spoilings(DiffCorpus.Pairs[pair].Received))
        {
            tried++;
            if (Lost(pair, spoiled, DiffCorpus.Pairs[pair].Notes).Count == 0) unseen.Add(what);
        }

        unseen.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(100);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EverythingSent_ThatDoesNotArrive_IsFound(int pair)
    {
        var (client, sent, provider, received, notes) = DiffCorpus.Pairs[pair];
        var marked = JsonNode.Parse(sent)!.AsObject();
        marked["of_tomorrow"] = 1;
        ConversationDiff.Lost(client, Encoding.UTF8.GetBytes(marked.ToJsonString()), provider, Encoding.UTF8.GetBytes(received), notes).ShouldHaveSingleItem().ShouldContain("of_tomorrow");
    }

    private static IReadOnlyList<string> Lost(int pair, string received, string notes) =>
        ConversationDiff.Lost(DiffCorpus.Pairs[pair].Client, Encoding.UTF8.GetBytes(DiffCorpus.Pairs[pair].Sent), DiffCorpus.Pairs[pair].Provider, Encoding.UTF8.GetBytes(received), notes);

    /// <summary>The body with one thing of it gone, another, there twice, or in its neighbour's place; for everything in it.</summary>
    private static IEnumerable<(string What, string Spoiled)> Spoilings(string json)
    {
        var count = Places(JsonNode.Parse(json)!, "").Count();
        for (var i = 0; i < count; i++)
        {
            var (path, _) = Places(JsonNode.Parse(json)!, "").ElementAt(i);
            if (s_layout.Any(name => path == name || path.EndsWith("." + name, StringComparison.Ordinal))) continue;
            foreach (var spoil in s_spoilings)
            {
                var root = JsonNode.Parse(json)!;
                if (IsTheGateways(Places(JsonNode.Parse(json)!, "").ElementAt(i).Node, spoil.Name)) continue;
                if (path.EndsWith("thoughtSignature", StringComparison.Ordinal) && spoil.Name == "altered") continue; // the provider itself finds that

                if (spoil.Spoil(Places(root, "").ElementAt(i).Node)) yield return ($"{path} {spoil.Name}", root.ToJsonString());
            }
        }
    }

    /// <summary>Where the gateway puts its own words is its own affair; and the note of lost thoughts is also that of a lost effort.</summary>
    private static bool IsTheGateways(JsonNode node, string how)
    {
        string[] own = ["has attached follows", "Attached to the result", "of May"];
        var isEffort = how == "gone" && node.Parent is JsonObject && node.GetPropertyName() == "reasoning_effort";
        var place = how == "swapped" && node.Parent is JsonArray list && node.GetElementIndex() is > 0 and var at ? list[at - 1]!.ToJsonString() + node.ToJsonString() : node.ToJsonString();
        return isEffort || (own.Any(words => place.Contains(words, StringComparison.Ordinal)) && (how == "swapped" || (place.Length < 120 && !place.Contains("of May", StringComparison.Ordinal))));
    }

    private static readonly (string Name, Func<JsonNode, bool> Spoil)[] s_spoilings =
    [
        ("gone", static node =>
        {
            if (node.Parent is JsonArray list) return list.Remove(node);
            return node.Parent is JsonObject map && map.Remove(node.GetPropertyName());
        }),
        ("altered", static node =>
        {
            if (node is not JsonValue value) return false;
            node.ReplaceWith(value.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.Number => JsonValue.Create(value.GetValue<double>() + 1),
                System.Text.Json.JsonValueKind.String => JsonValue.Create(value.GetValue<string>().Insert(value.GetValue<string>().Length / 2, "Q")),
                var kind => JsonValue.Create(kind != System.Text.Json.JsonValueKind.True),
            });
            return true;
        }),
        ("doubled", static node =>
        {
            if (node.Parent is not JsonArray list) return false;
            list.Insert(node.GetElementIndex(), node.DeepClone());
            return true;
        }),
        ("swapped", static node =>
        {
            if (node.Parent is not JsonArray list || node.GetElementIndex() is not (> 0 and var at) || JsonNode.DeepEquals(list[at - 1], node)) return false;
            list.RemoveAt(at);
            list.Insert(at - 1, node);
            return true;
        }),
    ];

    private static IEnumerable<(string Path, JsonNode Node)> Places(JsonNode node, string path)
    {
        var inner = node switch
        {
            JsonObject map => map.Select(member => (path.Length == 0 ? member.Key : $"{path}.{member.Key}", member.Value)),
            JsonArray list => list.Select(item => (path, item)),
            _ => [],
        };
        foreach (var (name, child) in inner.ToArray())
        {
            if (child is null) continue;
            yield return (name, child);
            foreach (var below in Places(child, name)) yield return below;
        }
    }
}
