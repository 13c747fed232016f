using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Fuzz;

/// <summary>Spoiled requests over the wire, on every surface to every kind of provider: each is answered, none with 500, and each has its one row.</summary>
public sealed class RequestFuzzTests(GatewayFixture gateway)
{
    private const int Runs = 2_000;
    private const int Callers = 8;

    private static readonly string[] s_paths = ["/v1/chat/completions", "/v1/messages", "/v1/responses"];

    [Fact]
    public async Task Requests_Spoiled_AreAnsweredAndRecorded()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"FUZZ_SEED={seed}");
        var models = new List<string>();
        foreach (var type in (string[])["custom", "anthropic", "google"])
            models.Add(await gateway.AddModelAsync("sim-gpt", provider => provider.ProviderType = type));
        var key = gateway.Identity.AddKey();
        var ids = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, Runs, new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancelled) =>
        {
            var mutator = new Mutator(unchecked(seed + (i * 7919)));
            var surface = mutator.Next(s_paths.Length);
            var model = models[mutator.Next(models.Count)];
            var body = mutator.Mutate(Corpus.Requests[surface].Json).Replace("\"model\":\"m\"", $"\"model\":\"{model}\"", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Post, s_paths[surface]) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await gateway.Http.SendAsync(request, cancelled);
            var answer = await response.Content.ReadAsStringAsync(cancelled);
            ((int)response.StatusCode).ShouldNotBe(500, $"FUZZ_SEED={seed}, run {i}: {body}");
            answer.ShouldNotBeEmpty($"FUZZ_SEED={seed}, run {i}");
            ids.Add(response.Id());
        });
        ids.Distinct().Count().ShouldBe(Runs);
        foreach (var id in ids)
            (await gateway.RowAsync(id)).Id.ShouldBe(id);
    }
}
