using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Bedrock;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Embeddings;

/// <summary><c>POST /model/{id}/invoke</c> for Titan's and Cohere's embedding models, each in its own words.</summary>
internal sealed class BedrockEmbeddings(Answering answering)
{
    private const int MaxTexts = 96;
    private static readonly FrozenSet<string> s_titan = FrozenSet.Create("inputText", "dimensions", "normalize", "embeddingTypes");
    private static readonly FrozenSet<string> s_cohere = FrozenSet.Create("texts", "input_type", "truncate", "embedding_types", "output_dimension", "images", "inputs", "max_tokens");

    public async Task AnswerAsync(HttpContext http, JsonElement root, Call call)
    {
        call.Model = BedrockFormat.ModelOf(http);
        Action<Utf8JsonWriter> write;
        if (call.Model.Contains("titan-embed", StringComparison.Ordinal))
            write = Titan(http, root);
        else if (call.Model.Contains("cohere.embed", StringComparison.Ordinal))
            write = Cohere(http, root);
        else
            throw Refused.Invalid("The simulator invokes embedding models only: titan-embed and cohere.embed.");
        if (!await answering.FaultAsync(http, Behaviour.Of(call.Model, http.Request.Headers["x-simulator"], null), call))
            await JsonBody.WriteAsync(http, write);
    }

    private static Action<Utf8JsonWriter> Titan(HttpContext http, JsonElement root)
    {
        BedrockRequest.RequireKnown(root, s_titan, "");
        var text = root.Text("inputText") is { Length: > 0 } given ? given : throw Refused.Invalid("Malformed input request: #: required key [inputText] not found, please reformat your input and try again.");
        var dimensions = root.Whole("dimensions") ?? 1024;
        if (dimensions is not (256 or 512 or 1024))
            throw Refused.Invalid($"Malformed input request: #/dimensions: {dimensions} is not a valid enum value, please reformat your input and try again.");
        var tokens = (text.Length + 3) / 4;
        http.Response.Headers["x-amzn-bedrock-input-token-count"] = tokens.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return json =>
        {
            var vector = Vector.Of(text, dimensions);
            json.WriteStartObject();
            OpenAiEmbeddings.WriteVector(json, "embedding", vector);
            json.WriteNumber("inputTextTokenCount", tokens);
            json.WriteStartObject("embeddingsByType");
            OpenAiEmbeddings.WriteVector(json, "float", vector);
            json.WriteEndObject();
            json.WriteEndObject();
        };
    }

    private static Action<Utf8JsonWriter> Cohere(HttpContext http, JsonElement root)
    {
        BedrockRequest.RequireKnown(root, s_cohere, "");
        var texts = root.Member("texts").Items().Select(static text => text.ToString()).ToList();
        if (texts.Count is 0 or > MaxTexts)
            throw Refused.Invalid($"Malformed input request: #/texts: expected between 1 and {MaxTexts} texts, please reformat your input and try again.");
        if (root.Text("input_type") is not ("search_document" or "search_query" or "classification" or "clustering"))
            throw Refused.Invalid("Malformed input request: #: required key [input_type] not found, please reformat your input and try again.");
        var dimensions = root.Whole("output_dimension") ?? 1024;
        var byType = root.Has("embedding_types");
        http.Response.Headers["x-amzn-bedrock-input-token-count"] = texts.Sum(static text => (text.Length + 3) / 4).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return json =>
        {
            json.WriteStartObject();
            json.WriteString("id", "sim-embeddings");
            json.WriteStartArray("texts");
            texts.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteString("response_type", byType ? "embeddings_by_type" : "embeddings_floats");
            if (byType)
                json.WriteStartObject("embeddings");
            json.WriteStartArray(byType ? "float" : "embeddings");
            foreach (var text in texts)
            {
                json.WriteStartArray();
                foreach (var number in Vector.Of(text, dimensions))
                    json.WriteNumberValue(number);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            if (byType)
                json.WriteEndObject();
            json.WriteEndObject();
        };
    }
}
