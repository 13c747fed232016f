using System.Text;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.ServiceDefaults.Metrics;

namespace ThinkWatch.Edge.Health;

/// <summary>
/// <c>GET /metrics</c> on the gateway port: the metrics of every service as one OpenMetrics text, each sample with the labels <c>service</c> and
/// <c>instance</c>, the address of the replica. 404 when METRICS_BEARER_TOKEN is not set.
/// </summary>
internal sealed class FleetMetrics(FleetAddresses addresses, MetricsToken token) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    public bool Serves(PathString path) => token.IsSet && path == "/metrics";

    public async Task AnswerAsync(HttpContext http)
    {
        SecurityHeaders.Apply(http);
        if (!token.Matches(http.Request.Headers.Authorization))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }

        var texts = await Task.WhenAll(addresses.Services.Order(StringComparer.Ordinal)
            .SelectMany(service => addresses.All(service, "http").Select(address => ReadAsync(service, address, http.RequestAborted))));
        http.Response.ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        await http.Response.WriteAsync(Merge(texts), http.RequestAborted);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A family may come from several services, but OpenMetrics wants it in one piece under one TYPE line.</summary>
    internal static string Merge(IEnumerable<(string Service, string Instance, string Text)> texts)
    {
        var families = new SortedDictionary<string, (StringBuilder Head, StringBuilder Samples)>(StringComparer.Ordinal);
        foreach (var (service, instance, text) in texts)
        {
            (StringBuilder Head, StringBuilder Samples) family = (new StringBuilder(), new StringBuilder());
            var isFirst = false;
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                {
                    var name = line.Split(' ')[2];
                    isFirst = !families.TryGetValue(name, out family);
                    if (isFirst) families[name] = family = (new StringBuilder(), new StringBuilder());
                }

                if (line[0] != '#') Labelled(family.Samples, line, service, instance);
                else if (isFirst && line != "# EOF") family.Head.Append(line).Append('\n');
            }
        }

        var merged = new StringBuilder();
        foreach (var (head, samples) in families.Values) merged.Append(head).Append(samples);
        return merged.Append("# EOF\n").ToString();
    }

    private static void Labelled(StringBuilder into, string sample, string service, string instance)
    {
        var blank = sample.LastIndexOf(' ');
        var brace = sample.IndexOf('{', StringComparison.Ordinal);
        into.Append(sample, 0, brace < 0 ? blank : brace).Append("{service=\"").Append(service).Append("\",instance=\"").Append(instance).Append('"');
        if (brace < 0) into.Append('}');
        else into.Append(',').Append(sample, brace + 1, blank - brace - 1);
        into.Append(sample, blank, sample.Length - blank).Append('\n');
    }

    private async Task<(string Service, string Instance, string Text)> ReadAsync(string service, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/metrics"));
        request.Headers.TryAddWithoutValidation("Authorization", token.Header);
        try
        {
            using var answer = await _client.SendAsync(request, cancellationToken);
            return (service, address.Authority, answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellationToken) : "");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A service that is away has no figures now; the others' are still worth having.
            return (service, address.Authority, "");
        }
    }
}
