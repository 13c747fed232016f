using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>
/// Promise 1: every call that an upstream saw has exactly one audit row, whichever process is killed. Every service and every store is
/// killed under light load, one after the other, in one fleet.
/// </summary>
[Collection(FleetCollection.Name)]
public sealed class KilledProcessTests(FleetFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(40);

    // While one of these is away the gateway goes on answering: what it needs of them it holds, or its declared answer is to let pass.
    private static readonly string[] Spared = ["identity", "limits", "admin-api", "audit-ingest", "body-offload", "mcp-gateway", "postgres", "redis", "clickhouse"];

    // These stand between client and upstream: calls break while they are away, and their rows say so.
    private static readonly string[] OnThePath = ["edge", "ai-gateway"];

    [Fact]
    public async Task EveryProcess_KilledUnderLoad_EveryUpstreamCallHasExactlyOneRow()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using (var load = new LightLoad(fixture.Admin))
        {
            load.Start();
            foreach (var victim in Spared.Concat(OnThePath))
            {
                await Task.Delay(700, cancel);
                var before = load.Ends.Count;
                await KillAndAwaitRestartAsync(victim, cancel);
                await Task.Delay(1500, cancel);
                var since = load.Ends.Skip(before).ToList();
                output.WriteLine($"{victim}: {since.Count} calls while it was away, {since.Count(static e => e.Status != 200)} not answered with 200");
                since.Count(static e => e.Status == 200).ShouldBeGreaterThan(0, $"nothing was answered after {victim} was killed");
                if (Spared.Contains(victim, StringComparer.Ordinal))
                {
                    since.Where(static e => e.Status != 200).Select(static e => $"{e.Status} {e.Body}").ShouldBeEmpty($"killing {victim} broke calls");
                }
            }
        }

        await OneRowEach.ShouldHoldAsync(fixture.Fleet, fixture.Admin, output, cancel);
    }

    private async Task KillAndAwaitRestartAsync(string victim, CancellationToken cancel)
    {
        var old = fixture.Fleet.ProcessesOf(victim);
        fixture.Fleet.Kill(victim);
        var giveUp = DateTime.UtcNow + RestartPatience;
        while (fixture.Fleet.ProcessesOf(victim) is var now && (now.Count == 0 || now.Intersect(old).Any()))
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{victim} was not started again:\n{fixture.Fleet.Log()}");
            await Task.Delay(50, cancel);
        }

        while (!await AnswersAsync(cancel))
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"the gateway did not answer again after {victim} was killed:\n{fixture.Fleet.Log()}");
            await Task.Delay(50, cancel);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await fixture.Admin.Gateway.GetAsync("/v1/models", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
