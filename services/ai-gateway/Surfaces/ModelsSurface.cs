using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>
/// <c>GET /v1/models</c> and <c>/v1/models/{id}</c>: the registered models that this key may call, in OpenAI's shape, or in Anthropic's for its clients.
/// </summary>
internal sealed class ModelsSurface(bool single) : IOwnSurface
{
    public string Name => "models";

    public string Method => HttpMethods.Get;

    // Ids may hold slashes: "meta-llama/llama-3".
    public string Route => single ? "/v1/models/{**id}" : "/v1/models";

    public IErrorShape Errors => OpenAiErrors.Instance;

    public async ValueTask<Refusal?> AnswerAsync(Exchange exchange)
    {
        var catalog = exchange.Catalog.For(exchange.Principal!.Principal.OrgId);
        var isAnthropic = ErrorShape.IsAnthropic(exchange.Http.Request);
        using (var json = new Utf8JsonWriter(exchange.AnswerBody))
        {
            if (single)
            {
                if (Find(exchange, catalog) is not { } model)
                    return Refusals.ModelUnknown(exchange.Http.Request.RouteValues["id"]?.ToString() ?? "");
                if (isAnthropic)
                    AnthropicModelList.Write(json, model);
                else
                    Write(json, model);
            }
            else if (isAnthropic)
            {
                if (AnthropicModelList.Write(json, [.. Allowed(exchange, catalog)], exchange.Http.Request.Query) is { } refusal)
                    return refusal;
            }
            else
            {
                WriteList(json, Allowed(exchange, catalog));
            }
        }

        var response = exchange.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = exchange.AnswerBody.Length;
        await response.BodyWriter.WriteAsync(exchange.AnswerBody.Written, exchange.Cancelled);
        return null;
    }

    private static ModelEntry? Find(Exchange exchange, OrganizationCatalog catalog)
    {
        var id = exchange.Http.Request.RouteValues["id"]?.ToString();
        return string.IsNullOrEmpty(id) || !exchange.Principal!.Models.Allows(id) ? null
            : catalog.Find(id) is { Enabled: true } model ? model : null;
    }

    private static IEnumerable<ModelEntry> Allowed(Exchange exchange, OrganizationCatalog catalog) => catalog.Models
        .Where(model => model.Enabled && exchange.Principal!.Models.Allows(model.ModelId))
        .OrderBy(static model => model.ModelId, StringComparer.Ordinal);

    private static void WriteList(Utf8JsonWriter json, IEnumerable<ModelEntry> models)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in models)
            Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ModelEntry model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.ModelId);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, model.CreatedAtUnix);
        json.WriteString("owned_by"u8, model.OwnedBy);
        json.WriteEndObject();
    }
}
