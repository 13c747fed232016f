using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>The items that a request's <c>item_reference</c>s stand for. Holds the responses they come from until it is disposed.</summary>
internal sealed class ReferredItems(
    Exchange exchange, StoredResponse? previous, Func<Exchange, string, Task<StoredResponse?>> findResponse, Func<Exchange, string, Task<string?>> findResponseOfItem) : IDisposable
{
    private const int MostResponses = 64;

    private readonly Dictionary<string, StoredResponse> _responses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _items = new(StringComparer.Ordinal);

    /// <summary>Finds them all; the id of the first that is not there, null when all are.</summary>
    public async Task<string?> ResolveAsync()
    {
        Index(previous);
        using var input = JsonDocument.Parse(
            exchange.Body.Written.Slice(exchange.Facts.InputPiece.Start, exchange.Facts.InputPiece.Length), new JsonDocumentOptions { MaxDepth = ChatRequestScanner.MaxDepth });
        foreach (var item in input.RootElement.EnumerateArray())
        {
            if (IdOf(item) is { } id && !_items.ContainsKey(id) && !await FetchAsync(id))
                return id;
        }

        return null;
    }

    /// <summary>What stands for this item; null when it stands for itself.</summary>
    public JsonElement? For(JsonElement item) => IdOf(item) is { } id && _items.TryGetValue(id, out var found) ? found : null;

    public void Dispose()
    {
        foreach (var response in _responses.Values)
            response.Dispose();
    }

    private async Task<bool> FetchAsync(string itemId)
    {
        if (_responses.Count == MostResponses || await findResponseOfItem(exchange, itemId) is not { } responseId || _responses.ContainsKey(responseId))
            return false;
        if (await findResponse(exchange, responseId) is not { } response)
            return false;
        _responses[responseId] = response;
        Index(response);
        return _items.ContainsKey(itemId);
    }

    private void Index(StoredResponse? response)
    {
        foreach (var item in response?.Items ?? [])
        {
            if (item.StringOrNull("id") is { } id)
                _items.TryAdd(id, item);
        }
    }

    /// <summary>The id that a reference names; null for every other item.</summary>
    private static string? IdOf(JsonElement item) => item.StringOrNull("type") switch
    {
        "item_reference" => item.StringOrNull("id") ?? "",
        null when item.Member("role") is null => item.StringOrNull("id") ?? "",
        _ => null,
    };
}
