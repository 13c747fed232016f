using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Embeddings;

/// <summary>Reads a client's embeddings request (https://platform.openai.com/docs/api-reference/embeddings).</summary>
internal static class EmbeddingsReader
{
    public static EmbeddingsRequest Read(JsonElement source, string model, string upstreamModel)
    {
        var input = source.Member("input") ?? throw JsonRead.Missing("input");
        var request = new EmbeddingsRequest
        {
            Model = model,
            UpstreamModel = upstreamModel,
            Inputs = ReadInputs(input),
            Dimensions = (int?)JsonRead.OptionalInteger(source, "dimensions", "dimensions", 1, int.MaxValue),
            Base64 = JsonRead.OptionalString(source, "encoding_format", "encoding_format") switch
            {
                null or "float" => false,
                "base64" => true,
                var other => throw JsonRead.Invalid("encoding_format", $"'{other}' is none of 'float', 'base64'."),
            },
        };
        foreach (var (name, value) in JsonRead.Members(source, "body"))
        {
            if (name is not ("model" or "input" or "dimensions" or "encoding_format") && value.ValueKind != JsonValueKind.Null)
                request.Notes.Drop(name);
        }

        return request;
    }

    private static List<string> ReadInputs(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
            return [Text(input, "input")];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0)
            throw JsonRead.WrongType("input", "a string or an array of strings, not empty");
        var inputs = new List<string>(input.GetArrayLength());
        foreach (var item in input.EnumerateArray())
        {
            // Tokens are numbers of OpenAI's own vocabulary.
            if (item.ValueKind is JsonValueKind.Number or JsonValueKind.Array)
                throw JsonRead.Invalid("input", "the provider of this model takes text, not tokens.");
            inputs.Add(Text(item, $"input[{inputs.Count}]"));
        }

        return inputs;
    }

    private static string Text(JsonElement value, string path) =>
        JsonRead.Text(value, path) is { Length: > 0 } text ? text : throw JsonRead.Invalid(path, "expected a string that is not empty.");
}
