using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Edge.Health;

/// <summary>
/// <c>/health/live</c> and <c>/health/ready</c> of the fleet, on both ports. Ready means that the gateway and the management API say
/// they are; the body merges what they report of their stores and providers.
/// </summary>
internal sealed class FleetHealth(FleetAddresses addresses) : IDisposable
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

        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }

    public void Dispose() => _client.Dispose();

    private async Task<(bool Ready, JsonObject Report)> AskAsync(string service, CancellationToken cancellationToken)
    {
        if (addresses.First(service, "http") is not { } address) return (false, new JsonObject { [service] = "not deployed" });
        try
        {
            using var answer = await _client.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            var report = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) as JsonObject ?? [];
            return (answer.IsSuccessStatusCode, report);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return (false, new JsonObject { [service] = "unreachable" });
        }
    }
}
