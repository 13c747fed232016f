using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Conformance.Tests.Wire;

namespace ThinkWatch.AiGateway.Tests.Wire;

/// <summary>Everything that a client may ask for, from every surface to every kind of provider and generation of models: what arrives there says the same, or the call's notes name what does not.</summary>
public sealed class DeliveryTests(GatewayFixture gateway)
{
    private static readonly (string Type, string UpstreamModel)[] s_models =
    [
        ("custom", "sim-chat"), ("openai", "sim-chat"), ("azure_openai", "sim-chat"), ("openai", "gpt-4-sim-chat"), ("anthropic", "claude-sim-chat"), ("anthropic", "claude-sonnet-4-5-sim-chat"), ("anthropic", "claude-opus-4-1-sim-chat"), ("anthropic", "sim-chat"),
        ("google", "gemini-sim-chat"), ("google", "gemini-2.5-pro-sim-chat"), ("google", "gemini-2.5-flash-sim-chat"), ("bedrock", "anthropic.claude-sim-chat-v1:0"), ("bedrock", "anthropic.claude-sonnet-4-5-sim-chat-v1:0"), ("bedrock", "amazon.nova-2-lite-sim-chat-v1:0"),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Everything_Asked_ArrivesOrIsNamed(int surface)
    {
        var key = gateway.Identity.AddKey();
        var models = new List<(string Id, string Type, string UpstreamModel)>();
        foreach (var (type, upstream) in s_models)
            models.Add((await gateway.AddModelAsync(upstream, added => gateway.SetType(added, type)), type, upstream));
        var lost = new ConcurrentBag<string>();
        var delivered = 0;
        var tries = from asked in Asked.Of(surface) from model in models select (asked.Beside, asked.Body, model);
        await Parallel.ForEachAsync(tries, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (one, _) =>
        {
            var body = one.Body.DeepClone().AsObject();
            body["model"] = one.model.Id;
            var (arrived, found) = await TryAsync(key, Asked.Paths[surface], Encoding.UTF8.GetBytes(body.ToJsonString()));
            if (arrived)
                Interlocked.Increment(ref delivered);
            foreach (var what in found)
                lost.Add($"{one.model.Type} {one.model.UpstreamModel} {one.Beside[..Math.Min(one.Beside.Length, 90)]}: {what}");
        });
        string.Join('\n', lost.Order(StringComparer.Ordinal)).ShouldBeEmpty();

        // Few things cannot be asked of somebody at all.
        delivered.ShouldBeGreaterThan(tries.Count() * 8 / 10);
    }

    private async Task<(bool Arrived, IEnumerable<string> Found)> TryAsync(string key, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } }, Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using var response = await gateway.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        var calls = gateway.Simulator.Since(0).Where(call => call.RequestId == response.Id()).ToArray();
        if (calls.Length == 0)
            return (false, response.StatusCode == HttpStatusCode.BadRequest ? [] : [$"{(int)response.StatusCode}: {answer}"]);

        // What the provider thinks of it is another matter. Who is asked several times gives several answers.
        var notes = response.Headers.TryGetValues("x-thinkwatch-conversion", out var values) ? values.Single() : string.Join(",", (await gateway.RowAsync(response.Id())).ConversionNotes.Select(static note => note.Replace(" ", "=", StringComparison.Ordinal)));
        if (calls.Length > 1 && calls.All(call => call.Body!.AsSpan().SequenceEqual(calls[0].Body)))
            notes += ",n";
        return ((int)response.StatusCode < 500, ConversionDiff(path, body, calls[0].Target.Split('?')[0], calls[0].Body!, notes));
    }

    private static IEnumerable<string> ConversionDiff(string path, byte[] sent, string target, byte[] received, string notes) =>
        ConversationDiff.Lost(Conformance.Tests.Wire.Formats.At(path), sent, Conformance.Tests.Wire.Formats.At(target), received, notes).Select(what => $"{what} (notes: {notes})");
}
