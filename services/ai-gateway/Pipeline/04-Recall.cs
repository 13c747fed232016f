using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Responses;
using ThinkWatch.AiGateway.StoredResponses;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Puts what a request refers to (<c>previous_response_id</c>, <c>item_reference</c>) into its input, so that every later stage sees, counts and guards all
/// that the model will read, and every provider can answer it.
/// </summary>
internal sealed class RecallStage(ResponseStore store, BodyMemory memory, ISettings settings, TimeProvider time) : IStage
{
    /// <summary>The response may have been given out by another replica a moment ago, and still be on its way to the store.</summary>
    private static readonly TimeSpan[] s_patience = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300)];

    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange) =>
        exchange.Facts.PreviousResponseId is null && !exchange.Facts.HasItemReferences ? default : RecallAsync(exchange);

    private async ValueTask<Refusal?> RecallAsync(Exchange exchange)
    {
        try
        {
            StoredResponse? previous = null;
            if (exchange.Facts.PreviousResponseId is { } id && (previous = await FindAsync(exchange, id)) is null)
                return Refusals.ResponseUnknown(id);
            using (previous)
            {
                using var referred = new ReferredItems(exchange, previous, FindAsync, FindResponseOfAsync);
                if (exchange.Facts.HasItemReferences && await referred.ResolveAsync() is { } missing)
                    return Refusals.ItemUnknown(missing);
                return exchange.Facts.InputPiece.IsAbsent ? null : Splice(exchange, previous, referred);
            }
        }
        catch (ResponseStoreAwayException)
        {
            return Refusals.ResponsesUnavailable;
        }
    }

    /// <summary>Null: the key's lineage has no such response, or it has expired.</summary>
    private async Task<StoredResponse?> FindAsync(Exchange exchange, string id)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await store.LoadAsync(ResponseOwner.Of(exchange), StoredResponse.Kind, id, exchange.Cancelled) is { } content)
            {
                var found = StoredResponse.Open(content);
                if (found.ExpiresAt > time.GetUtcNow())
                    return found;
                found.Dispose();
                return null;
            }

            if (attempt == s_patience.Length)
                return null;
            await Task.Delay(s_patience[attempt], time, exchange.Cancelled);
        }
    }

    /// <summary>The response that an item came with; null when nobody knows.</summary>
    private async Task<string?> FindResponseOfAsync(Exchange exchange, string itemId)
    {
        if (ResponseIds.OfItem(itemId) is { } own)
            return own;
        using var content = await store.LoadAsync(ResponseOwner.Of(exchange), StoredResponse.ItemKind, itemId, exchange.Cancelled);
        if (content is null)
            return null;
        using var document = JsonDocument.Parse(content.Written);
        return document.RootElement.StringOrNull("response");
    }

    private Refusal? Splice(Exchange exchange, StoredResponse? previous, ReferredItems referred)
    {
        var body = exchange.Body;
        var input = exchange.Facts.InputPiece;
        var spliced = new PooledBuffer();
        spliced.Append(body.WrittenSpan[..input.Start]);
        var recalled = WriteInput(spliced, body.Written.Slice(input.Start, input.Length), previous, referred);
        spliced.Append(body.WrittenSpan[input.End..]);
        var more = Math.Max(0, spliced.Length - exchange.ReservedBytes);
        if (!memory.TryReserve(more, settings.Get(SettingsRegistry.Gateway.BodyMemoryBytes)))
        {
            spliced.Dispose();
            return Refusals.TooMuchInFlight;
        }

        exchange.ReservedBytes += more;
        exchange.ReplaceBody(spliced);
        exchange.Recalled = previous is null ? null : new Recalled(recalled, previous.ProviderId);
        return ((ICallSurface)exchange.Surface).Scan(spliced.WrittenSpan, out exchange.Facts);
    }

    /// <summary>Answers how many of the items were not the client's own.</summary>
    private static int WriteInput(PooledBuffer output, ReadOnlyMemory<byte> input, StoredResponse? previous, ReferredItems referred)
    {
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartArray();
        var recalled = 0;
        foreach (var item in previous?.Items ?? [])
        {
            json.Raw(item);
            recalled++;
        }

        if (input.Span[0] != (byte)'[')
        {
            InputItems.WriteMessage(json, input.Span);
        }
        else
        {
            using var items = JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = ChatRequestScanner.MaxDepth });
            foreach (var item in items.RootElement.EnumerateArray())
                json.Raw(referred.For(item) ?? item);
        }

        json.WriteEndArray();
        return recalled;
    }
}
