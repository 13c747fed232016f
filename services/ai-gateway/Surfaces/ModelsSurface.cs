using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>: the registered models that this key may call, in OpenAI's shape.</summary>
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
        using (var json = new Utf8JsonWriter(exchange.AnswerBody))
        {
            if (!single)
                WriteList(json, exchange, catalog);
            else if (Find(exchange, catalog) is { } model)
                Write(json, model);
            else
                return Refusals.ModelUnknown(exchange.Http.Request.RouteValues["id"]?.ToString() ?? "");
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

    private static void WriteList(Utf8JsonWriter json, Exchange exchange, OrganizationCatalog catalog)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in catalog.Models.Where(static model => model.Enabled).OrderBy(static model => model.ModelId, StringComparer.Ordinal))
        {
            if (exchange.Principal!.Models.Allows(model.ModelId))
                Write(json, model);
        }

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
