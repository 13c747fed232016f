using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Embeddings;

/// <summary><c>POST /v1/embeddings</c>, and Azure's forms of it.</summary>
internal sealed class OpenAiEmbeddings(Answering answering)
{
    private const int MaxInputs = 2048;
    private const int DefaultDimensions = 1536;
    private static readonly FrozenSet<string> s_known = FrozenSet.Create("model", "input", "encoding_format", "dimensions", "user");

    public async Task AnswerAsync(HttpContext http, JsonElement root, Call call)
    {
        call.Model = http.Request.RouteValues["deployment"] as string ?? root.Text("model") ?? throw Refused.Invalid("you must provide a model parameter");
        if (root.Unknown(s_known) is { } extra)
            throw Refused.Invalid("Unrecognized request argument supplied: " + extra);
        var inputs = Inputs(root.Member("input"));
        var dimensions = root.Whole("dimensions") ?? DefaultDimensions;
        if (dimensions is < 1 or > 3072)
            throw Refused.Invalid($"Invalid value for 'dimensions' = {dimensions}. Must be less than or equal to 3072.", "dimensions");
        var encoding = root.Text("encoding_format") ?? "float";
        if (encoding is not ("float" or "base64"))
            throw Refused.Invalid($"Invalid value: '{encoding}'. Supported values are: 'float' and 'base64'.", "encoding_format");
        var behaviour = Behaviour.Of(call.Model, http.Request.Headers["x-simulator"], null);
        if (await answering.FaultAsync(http, behaviour, call))
            return;
        await JsonBody.WriteAsync(http, json => Write(json, call.Model, inputs, dimensions, encoding == "base64", !behaviour.NoUsage));
    }

    private static void Write(Utf8JsonWriter json, string model, List<string> inputs, int dimensions, bool base64, bool usage)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < inputs.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            WriteVector(json, "embedding", Vector.Of(inputs[i], dimensions), base64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        if (usage)
        {
            var tokens = inputs.Sum(static input => Math.Max(1, (input.Length + 3) / 4));
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void WriteVector(Utf8JsonWriter json, string name, float[] vector, bool base64 = false)
    {
        if (base64)
        {
            json.WriteBase64String(name, MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }

        json.WriteStartArray(name);
        foreach (var number in vector)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <summary>A text, texts, tokens, or lists of tokens.</summary>
    private static List<string> Inputs(JsonElement input)
    {
        var items = input.ValueKind switch
        {
            JsonValueKind.String => [input],
            JsonValueKind.Array when input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Number => [input],
            _ => input.Items().ToList(),
        };
        if (items.Count is 0 or > MaxInputs)
            throw Refused.Invalid("'$.input' is invalid.", "input");
        return items.ConvertAll(static item => item.ValueKind is JsonValueKind.String or JsonValueKind.Array && (item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText()) is { Length: > 0 } text
            ? text
            : throw Refused.Invalid("'$.input' is invalid.", "input"));
    }
}
