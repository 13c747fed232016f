using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Responses;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary><c>GET</c> and <c>DELETE /v1/responses/{id}</c>: what this key's lineage has stored. Another's id is no id.</summary>
internal sealed class StoredResponseSurface(ResponseStore store, TimeProvider time, bool delete) : IOwnSurface
{
    public string Name => "responses";

    public string Method => delete ? HttpMethods.Delete : HttpMethods.Get;

    public string Route => "/v1/responses/{id}";

    public IErrorShape Errors => OpenAiErrors.Instance;

    public async ValueTask<Refusal?> AnswerAsync(Exchange exchange)
    {
        var id = exchange.Http.Request.RouteValues["id"]?.ToString() ?? "";
        if (!delete && exchange.Http.Request.Query["stream"] == "true")
            return Refusals.BadRequest("A stored response cannot be streamed again.", "stream");
        try
        {
            using var stored = await FindAsync(exchange, id);
            if (stored is null)
                return Refusals.ResponseUnknown(id) with { Param = "response_id" };
            using var json = new Utf8JsonWriter(exchange.AnswerBody, JsonWrite.Options);
            if (delete)
                await DeleteAsync(exchange, id, stored, json);
            else
                json.Raw(stored.Response);
        }
        catch (ResponseStoreAwayException)
        {
            return Refusals.ResponsesUnavailable;
        }

        var response = exchange.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = exchange.AnswerBody.Length;
        await response.BodyWriter.WriteAsync(exchange.AnswerBody.Written, exchange.Cancelled);
        return null;
    }

    private async Task<StoredResponse?> FindAsync(Exchange exchange, string id)
    {
        if (await store.LoadAsync(ResponseOwner.Of(exchange), StoredResponse.Kind, id, exchange.Cancelled) is not { } content)
            return null;
        var found = StoredResponse.Open(content);
        if (found.ExpiresAt > time.GetUtcNow())
            return found;
        found.Dispose();
        await store.DeleteAsync(ResponseOwner.Of(exchange), StoredResponse.Kind, id, exchange.Cancelled);
        return null;
    }

    private async Task DeleteAsync(Exchange exchange, string id, StoredResponse stored, Utf8JsonWriter json)
    {
        var owner = ResponseOwner.Of(exchange);
        await store.DeleteAsync(owner, StoredResponse.Kind, id, exchange.Cancelled);

        // Those of its items that have an object which leads here.
        foreach (var item in stored.Response.ItemsOrNone("output"))
        {
            if (item.StringOrNull("id") is { } itemId && ResponseIds.OfItem(itemId) is null)
                await store.DeleteAsync(owner, StoredResponse.ItemKind, itemId, exchange.Cancelled);
        }

        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
    }
}
