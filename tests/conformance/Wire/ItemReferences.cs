using System.Text;
using System.Text.Json.Nodes;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Items of earlier answers that a client does not send again but refers to by their ids (<c>item_reference</c>).</summary>
internal static class ItemReferences
{
    private const string Data = "data: ";

    /// <summary>The body of a call, with what it refers to as those answers gave it. A reference to nothing stays one.</summary>
    public static byte[] Resolved(RecordedCall call, IEnumerable<RecordedCall> calls)
    {
        if (call.Body.AsSpan().IndexOf("\"item_reference\""u8) < 0) return call.Body;
        var body = JsonNode.Parse(call.Body)!.AsObject();
        var items = calls.TakeWhile(other => other != call).SelectMany(ItemsOf).DistinctBy(IdOf).ToDictionary(IdOf);
        var input = body["input"]!.AsArray();
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i]?["type"]?.GetValue<string>() == "item_reference" && items.TryGetValue(IdOf(input[i]!), out var item)) input[i] = item.DeepClone();
        }

        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static string IdOf(JsonNode item) => item["id"]!.GetValue<string>();

    /// <summary>Of a whole answer, or of the event that ends a stream.</summary>
    private static IEnumerable<JsonNode> ItemsOf(RecordedCall call)
    {
        var whole = call.Answer.StartsWith('{')
            ? JsonNode.Parse(call.Answer)
            : call.Answer.Split('\n').Where(static line => line.StartsWith(Data, StringComparison.Ordinal) && line.Contains("\"response.completed\"", StringComparison.Ordinal))
                .Select(static line => JsonNode.Parse(line[Data.Length..])?["response"]).SingleOrDefault();
        return whole?["output"]?.AsArray().OfType<JsonNode>() ?? [];
    }
}
