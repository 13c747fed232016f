using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.StoredResponses;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Keeps an answer that its client wants stored, whoever made it: the gateway continues it with any provider, and knows whose it is. The client has its
/// answer already; a stream's end waits a moment for the store, so that who has read it all can refer to it.
/// </summary>
internal sealed partial class KeepStage(ResponseStore store, ISettings settings, TimeProvider time, ILogger<KeepStage> log) : IStage, IHostedService
{
    private const int MostUnderWay = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _room = new(MostUnderWay, MostUnderWay);

    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange) =>
        exchange.Facts.Store && exchange.Refusal is null && exchange.AnswerBody.Length > 0 ? KeepAsync(exchange) : default;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for what is on its way to the store.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        for (var taken = 0; taken < MostUnderWay; taken++)
        {
            if (!await _room.WaitAsync(s_farewell, cancellationToken))
                return;
        }
    }

    private async ValueTask<Refusal?> KeepAsync(Exchange exchange)
    {
        // What is kept is continued by whoever has the same key, with other placeholders: it is kept without any.
        using var restored = AnswerGuard.Restored(exchange, exchange.AnswerBody.WrittenSpan);
        var answer = restored ?? exchange.AnswerBody;
        if (exchange.AnswerIsTruncated || !TryRead(exchange, out var id, out var items) || !_room.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            NotKept(exchange.IdText);
            return null;
        }

        var owner = ResponseOwner.Of(exchange);
        var (body, input) = exchange.Guarded?.OriginalBody is { } original ? (original, exchange.Guarded.OriginalInput) : (exchange.Body, exchange.Facts.InputPiece);
        var expiresAt = time.GetUtcNow() + TimeSpan.FromHours(settings.Get(SettingsRegistry.Gateway.ResponsesTtlHours));
        var content = StoredResponse.Write(
            answer.WrittenSpan,
            input.IsAbsent ? "[]"u8 : body.WrittenSpan.Slice(input.Start, input.Length),
            exchange.Cached is null && exchange.Conversion is null ? exchange.Chosen?.Upstream.Id : null,
            expiresAt);
        var saving = SaveAsync(owner, id, content, items, expiresAt);
        if (exchange.Facts.Stream)
            await Task.WhenAny(saving, Task.Delay(s_patience, time, exchange.Http.RequestAborted));
        return null;
    }

    private async Task SaveAsync(ResponseOwner owner, string id, PooledBuffer content, List<string> items, DateTimeOffset expiresAt)
    {
        try
        {
            await store.SaveAsync(owner, StoredResponse.Kind, id, content, expiresAt);
            foreach (var item in items)
                await store.SaveAsync(owner, StoredResponse.ItemKind, item, Pointer(id), expiresAt);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>The response's id, and those of its items that do not tell where they belong.</summary>
    private static bool TryRead(Exchange exchange, out string id, out List<string> items)
    {
        id = "";
        items = [];
        try
        {
            using var document = JsonDocument.Parse(exchange.AnswerBody.Written);
            id = document.RootElement.StringOrNull("id") ?? "";
            foreach (var item in document.RootElement.ItemsOrNone("output"))
            {
                if (exchange.Conversion is null && item.StringOrNull("id") is { } itemId)
                    items.Add(itemId);
            }

            return id.Length > 0 && document.RootElement.StringOrNull("status") is "completed" or "incomplete";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static PooledBuffer Pointer(string responseId)
    {
        var content = new PooledBuffer();
        using var json = new Utf8JsonWriter(content, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("response"u8, responseId);
        json.WriteEndObject();
        json.Flush();
        return content;
    }

    [LoggerMessage(431, LogLevel.Warning, "The response of call {RequestId} is not stored: it is too large, not whole, or the store cannot keep up")]
    private partial void NotKept(string requestId);
}
