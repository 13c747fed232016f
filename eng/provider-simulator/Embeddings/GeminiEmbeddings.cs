using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Gemini;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Embeddings;

/// <summary><c>:embedContent</c> for one text, <c>:batchEmbedContents</c> for many.</summary>
internal sealed class GeminiEmbeddings(Answering answering)
{
    private const int DefaultDimensions = 3072;
    private static readonly FrozenSet<string> s_known = FrozenSet.Create("model", "content", "taskType", "task_type", "title", "outputDimensionality", "output_dimensionality");
    private static readonly FrozenSet<string> s_batch = FrozenSet.Create("requests");

    public Task OneAsync(HttpContext http, JsonElement root, Call call) => AnswerAsync(http, call, [root], static (json, vectors) =>
    {
        json.WritePropertyName("embedding");
        WriteEmbedding(json, vectors[0]);
    });

    public Task BatchAsync(HttpContext http, JsonElement root, Call call)
    {
        if (root.Unknown(s_batch) is { } extra)
            throw Refused.Invalid($"Invalid JSON payload received. Unknown name \"{extra}\": Cannot find field.");
        var requests = root.Member("requests").Items().ToList();
        var model = "models/" + GeminiFormat.Target(http).Model;
        if (requests.Count == 0 || requests.Exists(request => request.Text("model") != model))
            throw Refused.Invalid("* BatchEmbedContentsRequest.requests: model must match the model in the parent of the batch");
        return AnswerAsync(http, call, requests, static (json, vectors) =>
        {
            json.WriteStartArray("embeddings");
            foreach (var vector in vectors)
                WriteEmbedding(json, vector);
            json.WriteEndArray();
        });
    }

    private async Task AnswerAsync(HttpContext http, Call call, List<JsonElement> requests, Action<Utf8JsonWriter, List<float[]>> write)
    {
        call.Model = GeminiFormat.Target(http).Model;
        var vectors = requests.ConvertAll(Read);
        if (!await answering.FaultAsync(http, Behaviour.Of(call.Model, http.Request.Headers["x-simulator"], null), call))
        {
            await JsonBody.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                write(json, vectors);
                json.WriteEndObject();
            });
        }
    }

    private static float[] Read(JsonElement request)
    {
        if (request.Unknown(s_known) is { } extra)
            throw Refused.Invalid($"Invalid JSON payload received. Unknown name \"{extra}\": Cannot find field.");
        GeminiFields.Require(request.Member("content"), "content", "content");
        var text = string.Concat(request.Member("content").Member("parts").Items().Select(static part => part.Text("text")));
        if (text.Length == 0)
            throw Refused.Invalid("* EmbedContentRequest.content: content contains no text");
        var dimensions = request.Get("outputDimensionality").AsWhole() ?? DefaultDimensions;
        return dimensions is >= 1 and <= 3072 ? Vector.Of(text, dimensions) : throw Refused.Invalid("* EmbedContentRequest.output_dimensionality: must be in the range [1, 3072]");
    }

    private static void WriteEmbedding(Utf8JsonWriter json, float[] vector)
    {
        json.WriteStartObject();
        OpenAiEmbeddings.WriteVector(json, "values", vector);
        json.WriteEndObject();
    }
}
