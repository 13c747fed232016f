using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>A gateway that dies between a call's end and the moment when limits knows what it used: the usage is counted, once, and equals the rows.</summary>
[Collection(FleetCollection.Name)]
public sealed class SettlementTests(FleetFixture fixture)
{
    private const int SigStop = 19;
    private const int SigContinue = 18;

    /// <summary>More than the gateway tells limits of at once.</summary>
    private const int Calls = 12;
    private const string Model = "sim-slow-1500";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gateway_KilledBeforeLimitsHeardOfItsCalls_UsageEqualsTheRows(bool rowsAreStored)
    {
        await AddModelAsync();
        var (key, keyId) = await CreateKeyAsync();
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await CallAsync(client);
        var frozen = fixture.Fleet.ProcessesOf("limits");
        try
        {
            var calls = Enumerable.Range(0, Calls).Select(_ => CallAsync(client)).ToList();
            await UntilAsync(async () => (await UsedAsync(keyId))["requests"] == Calls + 1, "every call to be checked");
            Signal(frozen, SigStop);
            var ids = await Task.WhenAll(calls);
            foreach (var id in ids)
            {
                if (rowsAreStored) await fixture.Admin.LogRowAsync(id, _cancel);
                else await UntilAsync(() => Task.FromResult(IsComplete(id)), "the call to be complete in the spool");
            }

            fixture.Fleet.Kill("ai-gateway");
            await Task.Delay(300, _cancel);
        }
        finally
        {
            Signal(frozen, SigContinue);
        }

        await UntilAsync(async () => (await RowsAsync(keyId)).Count == Calls + 1, "every call to have its row");
        var rows = await RowsAsync(keyId);
        rows.ShouldAllBe(static row => row.GetProperty("outcome").GetString() == "ok");
        var used = rows.Sum(static row => row.GetProperty("input_tokens").GetDecimal() + row.GetProperty("output_tokens").GetDecimal());
        await UntilAsync(async () => (await UsedAsync(keyId))["weighted_tokens"] == used, $"{used} tokens to be counted");

        // Whatever still comes is a repeat.
        await Task.Delay(TimeSpan.FromSeconds(4), _cancel);
        var counted = await UsedAsync(keyId);
        (counted["weighted_tokens"], counted["requests"]).ShouldBe((used, Calls + 1));
    }

    private async Task AddModelAsync()
    {
        using var known = await fixture.Admin.Gateway.GetAsync($"/v1/models/{Model}", _cancel);
        if (!known.IsSuccessStatusCode) await fixture.Admin.AddSimulatedModelAsync(Model, _cancel);
    }

    private async Task<(string Key, string KeyId)> CreateKeyAsync()
    {
        var created = await fixture.Admin.PostAsync("/api/keys", new { name = "of a test", surfaces = new[] { "ai_gateway" } }, _cancel);
        var keyId = created.GetProperty("id").GetString()!;
        var path = $"/api/admin/limits/api_key/{keyId}";
        await fixture.Admin.PostAsync($"{path}/budgets", new { period = "monthly", unit = "tokens", limit = 1_000_000 }, _cancel);
        await fixture.Admin.PostAsync($"{path}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 86400, max_count = 1000 }, _cancel);
        await UntilAsync(
            async () => (await fixture.Admin.PostAsync("/api/admin/limits/simulate", new { key_id = keyId }, _cancel)).GetProperty("items").GetArrayLength() == 2,
            "the limits to be in force");
        return (created.GetProperty("key").GetString()!, keyId);
    }

    private async Task<string> CallAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = Model, messages = new[] { new { role = "user", content = "Count to three" } } }, _cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(_cancel));
        return answer.Headers.GetValues("x-request-id").Single();
    }

    /// <summary>Whether both records of a call are in the gateway's spool: the header of each carries its id.</summary>
    private bool IsComplete(string id)
    {
        var wanted = Guid.Parse(id).ToByteArray();
        var found = 0;
        foreach (var path in Directory.EnumerateFiles(fixture.Fleet.DataDirectory, "*.seg", SearchOption.AllDirectories).Where(static p => p.Contains("ai-gateway", StringComparison.Ordinal)))
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            found += bytes.ToArray().AsSpan().Count(wanted);
        }

        return found >= 2;
    }

    private async Task<List<JsonElement>> RowsAsync(string keyId) =>
        [.. (await fixture.Admin.GetAsync($"/api/gateway/logs?limit=1000&key_id={keyId}", _cancel)).GetProperty("items").EnumerateArray()];

    private async Task<Dictionary<string, decimal>> UsedAsync(string keyId)
    {
        var usage = await fixture.Admin.GetAsync($"/api/admin/limits/api_key/{keyId}/usage", _cancel);
        return usage.GetProperty("items").EnumerateArray().ToDictionary(static item => item.GetProperty("unit").GetString()!, static item => Number(item.GetProperty("current")));
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"waited {Patience.TotalSeconds} s for {what}:\n{fixture.Fleet.Log()}");
            await Task.Delay(50, _cancel);
        }
    }

    private static void Signal(IEnumerable<int> processes, int signal)
    {
        foreach (var process in processes) FleetProcess.Signal(process, signal).ShouldBe(0);
    }

    private static decimal Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDecimal();
}
