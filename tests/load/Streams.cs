using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace ThinkWatch.Load;

/// <summary>How much later the first token comes through the gateway, and what an open stream holds of its memory.</summary>
internal static class Streams
{
    private const int FirstTokens = 400;
    private const int OpenAtOnce = 50;

    public static async Task RunAsync(Ground ground, LoadOptions options, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };
        Console.WriteLine();
        await FirstTokenAsync(http, ground, cancellationToken);
        await MemoryAsync(http, ground, options.Streams, cancellationToken);
    }

    private static async Task FirstTokenAsync(HttpClient http, Ground ground, CancellationToken cancellationToken)
    {
        List<double> bare = [], through = [];
        // In turns, so that both see the same moments; the first half warms up.
        for (var i = 0; i < 2 * FirstTokens; i++)
        {
            var direct = await TimeAsync(ground.SimulatorAddress, null);
            var gateway = await TimeAsync(ground.GatewayAddress, ground.Admin.ApiKey);
            if (i < FirstTokens)
                continue;
            bare.Add(direct);
            through.Add(gateway);
        }

        Console.WriteLine($"first token, median of {FirstTokens}: simulator {Alone.Median(bare):0.000} ms, through the gateway {Alone.Median(through):0.000} ms, {Alone.Median(through) - Alone.Median(bare):0.000} ms more");

        async Task<double> TimeAsync(Uri address, string? key)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await OpenAsync(http, address, key, Calls.Model, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await body.ReadExactlyAsync(new byte[1], cancellationToken);
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await body.CopyToAsync(Stream.Null, cancellationToken);
            return took;
        }
    }

    private static async Task MemoryAsync(HttpClient http, Ground ground, int streams, CancellationToken cancellationToken)
    {
        await ground.Admin.PatchAsync(
            "/api/admin/settings", new { settings = new Dictionary<string, int> { ["gateway.max_concurrent_per_provider"] = streams + 100 } }, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        var before = ProcessMeter.ResidentMb(ground.GatewayProcesses);
        List<HttpResponseMessage> open = [];
        try
        {
            while (open.Count < streams)
            {
                var batch = Enumerable.Range(0, Math.Min(OpenAtOnce, streams - open.Count))
                    .Select(_ => OpenAsync(http, ground.GatewayAddress, ground.Admin.ApiKey, Calls.Drip, cancellationToken));
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

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, Uri address, string? key, string model, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/chat/completions"))
        {
            Content = new StringContent(Calls.Stream(model), Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return answer.EnsureSuccessStatusCode();
    }
}
