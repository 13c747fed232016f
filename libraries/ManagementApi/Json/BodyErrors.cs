using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Says what is wrong with a body that did not bind: every unknown field by its path, or the place of the first wrong type.
/// The body was buffered on the way in, so it can be read again here.
/// </summary>
internal static class BodyErrors
{
    public static async Task<ApiProblem> ExplainAsync(HttpContext http, BadHttpRequestException bad)
    {
        if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
            return new ApiProblem(bad.StatusCode, "too_large", "The request is too large", "The body is larger than this endpoint takes.");
        if (bad.StatusCode == StatusCodes.Status415UnsupportedMediaType)
            return NotJson();
        if (bad.InnerException is not JsonException json)
            return ApiProblem.BadRequest(bad.Message);
        var unknown = await FindUnknownAsync(http);
        if (unknown is null)
            return ApiProblem.BadRequest(string.Create(null, $"The body is not valid JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine})."));
        if (unknown.Count > 0)
            return ApiProblem.Invalid(unknown.ToDictionary(f => f, _ => new[] { "Unknown field." }, StringComparer.Ordinal));
        return ApiProblem.Invalid(Field(json), "Has the wrong type or form" + Hint(json) + ".");
    }

    public static ApiProblem NotJson() =>
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Unsupported media type", "Send the body as application/json.");

    private static string Field(JsonException json) => json.Path is { Length: > 2 } path ? path[2..] : "body";

    // Messages of our own converters are written for people; the serializer's name .NET types.
    private static string Hint(JsonException json) => json.Message.StartsWith("Expected ", StringComparison.Ordinal)
        ? ": " + json.Message[..json.Message.IndexOf('.', StringComparison.Ordinal)].ToLowerInvariant()
        : "";

    // Null when the text is no JSON at all.
    private static async Task<List<string>?> FindUnknownAsync(HttpContext http)
    {
        var type = http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        if (type is null || !http.Request.Body.CanSeek)
            return [];
        http.Request.Body.Position = 0;
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            var found = new List<string>();
            Collect(document.RootElement, options.GetTypeInfo(type), options, "", found);
            return found;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, JsonTypeInfo type, JsonSerializerOptions options, string path, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.Object && type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
                if (property is null)
                    found.Add(name);
                else
                    Collect(member.Value, options.GetTypeInfo(Unwrap(property.PropertyType)), options, name, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array && type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } item })
        {
            var index = 0;
            foreach (var entry in element.EnumerateArray())
                Collect(entry, options.GetTypeInfo(item), options, $"{path}[{index++}]", found);
        }
    }

    private static Type Unwrap(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : type;
}
