using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace ThinkWatch.Load;

/// <summary>How much later the first token comes through the gateway, and what an open stream holds of its memory.</summary>
internal static class Streams
{
    private const int FirstTokens = 1000;
    private const int WarmUps = 2000;

    /// <summary>Calls of one client in a row: as one caller alone would make them.</summary>
    private const int Turn = 50;
    private const int OpenAtOnce = 50;

    public static async Task RunAsync(Ground ground, IReadOnlyList<Target> targets, LoadOptions options, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };
        Console.WriteLine();
        await FirstTokenAsync(http, targets, cancellationToken);
        await MemoryAsync(http, ground, options.Streams, cancellationToken);
    }

    private static async Task FirstTokenAsync(HttpClient http, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var took = targets.ToDictionary(static t => t.Name, static _ => new List<double>(), StringComparer.Ordinal);
        // In turns, so that all see the same moments.
        for (var i = 0; i < WarmUps + FirstTokens; i += Turn)
        {
            foreach (var target in targets)
            {
                for (var call = 0; call < Turn; call++)
                {
                    var time = await TimeAsync(target);
                    if (i >= WarmUps)
                        took[target.Name].Add(time);
                }
            }
        }

        Console.WriteLine($"first token of a stream, median of {FirstTokens}");
        var bare = took.TryGetValue("simulator", out var simulator) ? Alone.Median(simulator) : 0;
        foreach (var target in targets)
            Console.WriteLine($"{target.Name,-18}{Alone.Median(took[target.Name]),9:0.000} ms{Alone.Median(took[target.Name]) - bare,9:0.000} ms more than the simulator alone");

        async Task<double> TimeAsync(Target target)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await OpenAsync(http, target, Calls.Model, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await body.ReadExactlyAsync(new byte[1], cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await body.CopyToAsync(Stream.Null, cancellationToken);
            return elapsed;
        }
    }

    private static async Task MemoryAsync(HttpClient http, Ground ground, int streams, CancellationToken cancellationToken)
    {
        await ground.Admin.PatchAsync(
            "/api/admin/settings", new { settings = new Dictionary<string, int> { ["gateway.max_concurrent_per_provider"] = streams + 100 } }, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        var gateway = new Target("gateway", ground.GatewayAddress, ground.Admin.ApiKey, ground.Fleet);
        var before = ProcessMeter.ResidentMb(ground.GatewayProcesses);
        List<HttpResponseMessage> open = [];
        try
        {
            while (open.Count < streams)
            {
                var batch = Enumerable.Range(0, Math.Min(OpenAtOnce, streams - open.Count))
                    .Select(_ => OpenAsync(http, gateway, Calls.Drip, cancellationToken));
                open.AddRange(await Task.WhenAll(batch));
            }

            var during = ProcessMeter.ResidentMb(ground.GatewayProcesses);
            Console.WriteLine($"{streams} open streams: ai-gateway {before:0} MB before, {during:0} MB with them, {(during - before) * 1024 / streams:0} kB a stream");
        }
        finally
        {
            foreach (var answer in open)
                answer.Dispose();
        }
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, Target target, string model, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(target.Address, "/v1/chat/completions"))
        {
            Content = new StringContent(Calls.Stream(model), Encoding.UTF8, "application/json"),
        };
        if (target.Key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", target.Key);
        foreach (var (name, value) in target.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return answer.EnsureSuccessStatusCode();
    }
}
