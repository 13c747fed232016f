using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Turns a candidate's <c>logprobsResult</c> into OpenAI's <c>logprobs</c>, in whose words they travel.</summary>
internal static class LogprobsReader
{
    public static JsonElement? Read(JsonElement candidate)
    {
        if (candidate.ObjectOrNull("logprobsResult") is not { } result)
            return null;
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonWrite.Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("content"u8);
            using var tops = result.ItemsOrNone("topCandidates").GetEnumerator();
            foreach (var chosen in result.ItemsOrNone("chosenCandidates"))
            {
                json.WriteStartObject();
                WriteToken(json, chosen);
                json.WriteStartArray("top_logprobs"u8);
                if (tops.MoveNext())
                    WriteTop(json, tops.Current);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNull("refusal"u8);
            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(output.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteTop(Utf8JsonWriter json, JsonElement top)
    {
        foreach (var candidate in top.ItemsOrNone("candidates"))
        {
            json.WriteStartObject();
            WriteToken(json, candidate);
            json.WriteEndObject();
        }
    }

    private static void WriteToken(Utf8JsonWriter json, JsonElement candidate)
    {
        var token = candidate.StringOrNull("token") ?? "";
        json.WriteString("token"u8, token);
        json.WriteNumber("logprob"u8, candidate.Member("logProbability") is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : 0);
        json.WriteStartArray("bytes"u8);
        foreach (var one in Encoding.UTF8.GetBytes(token))
            json.WriteNumberValue(one);
        json.WriteEndArray();
    }
}
