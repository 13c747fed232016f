using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.ManagementApi;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AdminApi.Description;

/// <summary><c>/api/openapi.json</c>: this service's description merged with those of the others. A service that is away is left out until it is back.</summary>
internal sealed class FleetDocument(FleetAddresses addresses, ServiceEndpoints own, ServiceIdentity identity, TimeProvider time)
{
    private static readonly TimeSpan _keptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = _patience,
        MaxResponseContentBufferSize = 16 * 1024 * 1024,
    };

    private volatile Made? _made;

    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (_made is { } made && time.GetElapsedTime(made.At) < _keptFor)
            return made.Json;

        var sources = addresses.Services.Where(name => name != identity.Name).Order(StringComparer.Ordinal)
            .Select(name => (Service: name, Replicas: addresses.All(name, "http")))
            .Prepend((Service: identity.Name, Replicas: [new Uri($"http://{own.Address}:{own.HttpPort}")]));
        var documents = await Task.WhenAll(sources.Select(async source => (source.Service, Document: await FetchAsync(source.Replicas, cancellationToken))));
        var merged = DocumentMerge.Merge(identity.Version, documents.Where(static d => d.Document is not null).Select(static d => (d.Service, d.Document!)));
        var json = JsonSerializer.SerializeToUtf8Bytes(merged);
        _made = new Made(json, time.GetTimestamp());
        return json;
    }

    /// <summary>All replicas describe the same: the first that answers is enough.</summary>
    private async Task<JsonObject?> FetchAsync(IReadOnlyList<Uri> replicas, CancellationToken cancellationToken)
    {
        foreach (var replica in replicas)
        {
            if (await FetchAsync(replica, cancellationToken) is { } document)
                return document;
        }

        return null;
    }

    private async Task<JsonObject?> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(address, "/openapi.json"), cancellationToken);
            return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private sealed record Made(byte[] Json, long At);
}

internal static class FleetDocumentEndpoint
{
    public static void MapFleetDocument(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/openapi.json", async (FleetDocument document, CancellationToken cancellationToken) =>
                TypedResults.Bytes(await document.ReadAsync(cancellationToken), "application/json"))
            .AllowAnonymousCaller().ExcludeFromDescription();
}
