using System.Text;
using System.Text.Json.Nodes;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>Puts the deltas of a stream together as the SDKs do: what a client has at the end is an answer like any other.</summary>
internal static class StreamedAnswer
{
    public static JsonNode Of(string path, string sse)
    {
        var events = Events(sse);
        return path switch
        {
            "/v1/messages" => Message(events),
            "/v1/responses" => Response(events),
            _ => Completion(events),
        };
    }

    public static List<JsonNode> Events(string sse)
    {
        var events = new List<JsonNode>();
        foreach (var one in sse.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var data = one.Split('\n').Where(static line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(static line => line[6..]).SingleOrDefault();
            if (data is not null && data != "[DONE]")
                events.Add(JsonNode.Parse(data)!);
        }

        return events;
    }

    private static JsonNode Message(List<JsonNode> events)
    {
        var message = events[0]["message"]!.DeepClone();
        var blocks = message["content"]!.AsArray();
        var input = new StringBuilder();
        foreach (var one in events)
        {
            switch (one["type"]!.GetValue<string>())
            {
                case "content_block_start":
                    ((int)one["index"]!).ShouldBe(blocks.Count);
                    blocks.Add(one["content_block"]!.DeepClone());
                    input.Clear();
                    break;
                case "content_block_delta":
                    ((int)one["index"]!).ShouldBe(blocks.Count - 1);
                    foreach (var (name, value) in one["delta"]!.AsObject())
                    {
                        if (name == "partial_json")
                            input.Append(value!.GetValue<string>());
                        else if (name is "text" or "thinking" or "signature")
                            blocks[^1]![name] = (string?)blocks[^1]![name] + value!.GetValue<string>();
                    }

                    break;
                case "content_block_stop" when input.Length > 0:
                    blocks[^1]!["input"] = JsonNode.Parse(input.ToString());
                    break;
                case "message_delta":
                    message["stop_reason"] = one["delta"]!["stop_reason"]?.DeepClone();
                    message["usage"] = one["usage"]!.DeepClone();
                    break;
            }
        }

        return message;
    }

    /// <summary>The whole at the end says what the pieces said.</summary>
    private static JsonNode Response(List<JsonNode> events)
    {
        var response = events[^1]["response"]!;
        foreach (var (item, index) in response["output"]!.AsArray().Select(static (item, index) => (item!, index)))
        {
            foreach (var (kind, whole) in ((string, string?)[])
                [("response.output_text.delta", (string?)item["content"]?[0]?["text"]), ("response.function_call_arguments.delta", (string?)item["arguments"])])
            {
                if (whole is not null && (string?)item["type"] is "message" or "function_call")
                    string.Concat(events.Where(one => (string?)one["type"] == kind && (int)one["output_index"]! == index).Select(static one => (string?)one["delta"])).ShouldBe(whole ?? "");
            }
        }

        return response.DeepClone();
    }

    private static JsonNode Completion(List<JsonNode> events)
    {
        var choices = new SortedDictionary<int, JsonObject>();
        var usage = events.LastOrDefault(static one => one["usage"] is not null)?["usage"];
        foreach (var choice in events.SelectMany(static one => one["choices"]!.AsArray()))
        {
            var index = (int)choice!["index"]!;
            if (!choices.TryGetValue(index, out var made))
                choices[index] = made = new JsonObject { ["index"] = index, ["message"] = new JsonObject() };
            foreach (var (name, value) in choice["delta"]!.AsObject())
                Add(made["message"]!.AsObject(), name, value);
            if (choice["finish_reason"] is { } reason)
                made["finish_reason"] = reason.DeepClone();
        }

        return new JsonObject { ["choices"] = new JsonArray([.. choices.Values]), ["usage"] = usage?.DeepClone() };
    }

    private static void Add(JsonObject message, string name, JsonNode? value)
    {
        switch (value)
        {
            case JsonArray list:
                foreach (var piece in list)
                    AddTo(message[name] as JsonArray ?? (message[name] = new JsonArray()).AsArray(), piece!.AsObject());
                break;
            case not null when name is "content" or "refusal" or "reasoning_content" or "arguments" or "input":
                message[name] = (string?)message[name] + value.GetValue<string>();
                break;
            case JsonObject inner when message[name] is JsonObject known:
                foreach (var (member, piece) in inner)
                    Add(known, member, piece);
                break;
            default:
                message[name] = value?.DeepClone();
                break;
        }
    }

    private static void AddTo(JsonArray list, JsonObject piece)
    {
        var index = (int?)piece["index"] ?? list.Count;
        if (index == list.Count)
            list.Add(new JsonObject());
        foreach (var (name, value) in piece)
        {
            if (name != "index")
                Add(list[index]!.AsObject(), name, value);
        }
    }
}
