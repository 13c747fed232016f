using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.Edge.Forwarding;

namespace ThinkWatch.Edge.Health;

/// <summary>
/// <c>/health/live</c> and <c>/health/ready</c> of the fleet, on both ports. Ready means that the gateway and the management API say
/// they are, a replica of each; the body merges what they report of their stores and providers, and says how each replica is where there are several.
/// </summary>
internal sealed class FleetHealth(Replicas replicas) : IDisposable
{
    private static readonly string[] Asked = ["admin-api", "ai-gateway"];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    public static bool Serves(PathString path) => path == "/health/live" || path == "/health/ready";

    public async Task AnswerAsync(HttpContext http)
    {
        SecurityHeaders.Apply(http);
        http.Response.ContentType = "application/json";
        if (http.Request.Path == "/health/live")
        {
            await http.Response.WriteAsync("""{"status":"ok"}""", http.RequestAborted);
            return;
        }

        var reports = await Task.WhenAll(Asked.Select(service => AskAsync(service, http.RequestAborted)));
        var ready = reports.All(static r => r.Ready);
        var body = new JsonObject { ["status"] = ready ? "ready" : "not_ready" };
        foreach (var (name, value) in reports.SelectMany(static r => r.Report).Where(static p => p.Key != "status"))
        {
            body[name] = value?.DeepClone();
        }

        if (replicas.Replicated.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } replicated)
        {
            body["replicas"] = new JsonObject(replicated.Select(service => KeyValuePair.Create<string, JsonNode?>(
                service, new JsonArray([.. replicas.Of(service).Select(static replica => (JsonNode)(replica.State switch { ReplicaState.Ready => "ready", ReplicaState.Live => "not_ready", _ => "away" }))]))));
        }

        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>One replica that is ready is enough; if none is, the first says why.</summary>
    private async Task<(bool Ready, JsonObject Report)> AskAsync(string service, CancellationToken cancellationToken)
    {
        if (replicas.Of(service) is not { Count: > 0 } all) return (false, new JsonObject { [service] = "not deployed" });
        var reports = await Task.WhenAll(all.Select(replica => AskAsync(service, replica, cancellationToken)));
        return reports.FirstOrDefault(static r => r.Ready, reports[0]);
    }

    private async Task<(bool Ready, JsonObject Report)> AskAsync(string service, Replica replica, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri(replica.Address + "/health/ready"), cancellationToken);
            var report = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) as JsonObject ?? [];
            return (answer.IsSuccessStatusCode, report);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return (false, new JsonObject { [service] = "unreachable" });
        }
    }
}
