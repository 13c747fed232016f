using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>Promise 4 with two of everything: limits count exactly whoever asks whom, and what they counted is what the rows say.</summary>
[Collection(ReplicaCollection.Name)]
public sealed class CountTests(ReplicaFleet replicas, ITestOutputHelper output)
{
    private static readonly TimeSpan RowPatience = TimeSpan.FromSeconds(60);
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule_OfHundredRequests_64CallersOverBothGateways_ExactlyHundredPass()
    {
        const int allowed = 100;
        var (key, keyId) = await replicas.CreateKeyAsync(_cancel);
        await replicas.Admin.PostAsync($"/api/admin/limits/api_key/{keyId}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 86400, max_count = allowed }, _cancel);
        await replicas.AwaitLimitsAsync(keyId, 1);

        var statuses = await CallManyAsync(key, callers: 64, each: 4, static (_, _) => Call("sim-chat", "x"));

        statuses.Count(static s => s == 200).ShouldBe(allowed);
        statuses.Where(static s => s != 200).ShouldAllBe(static s => s == 429);
        foreach (var limits in replicas.Of("limits")) (await UsedAsync(limits, keyId))["requests"].ShouldBe(allowed);
        (await RowsAsync(keyId, statuses.Count)).Count(static row => row.GetProperty("outcome").GetString() == "ok").ShouldBe(allowed);
    }

    [Theory]
    [InlineData("usd", 0.05)]
    [InlineData("tokens", 4000)]
    public async Task StrictBudget_200CallersOverBothGateways_NeverPassesItsCapAndEqualsTheRows(string unit, double atMost)
    {
        var cap = (decimal)atMost;
        var model = $"sim-words-20-{unit}";
        await replicas.Admin.PostAsync("/api/admin/models", new { model_id = model, display_name = model, input_price = 3, output_price = 15 }, _cancel);
        await replicas.Admin.PostAsync($"/api/admin/models/{model}/routes", new { provider_id = replicas.Admin.SimulatorId, upstream_model = "sim-words-20" }, _cancel);
        await replicas.AwaitModelAsync(model, _cancel);
        var (key, keyId) = await replicas.CreateKeyAsync(_cancel);
        var path = $"/api/admin/limits/api_key/{keyId}";
        await replicas.Admin.PostAsync($"{path}/budgets", new { period = "monthly", unit, limit = cap, mode = "strict" }, _cancel);
        await replicas.Admin.PostAsync($"{path}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 86400, max_count = 1_000_000 }, _cancel);
        await replicas.AwaitLimitsAsync(keyId, 2);

        var counter = unit == "usd" ? "usd" : "weighted_tokens";
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        var highest = HighestAsync(keyId, counter, over.Token);
        var statuses = await CallManyAsync(key, callers: 200, each: 2, (caller, turn) => Call(model, new string('x', 1 + (caller * 7 + turn * 131) % 200)));
        await over.CancelAsync();

        (await highest).ShouldBeLessThanOrEqualTo(cap);
        var passed = statuses.Count(static s => s == 200);
        passed.ShouldBeInRange(1, statuses.Count - 1, "some pass, and the budget ends it");
        statuses.Where(static s => s != 200).ShouldAllBe(static s => s == 429);
        var rows = (await RowsAsync(keyId, statuses.Count)).Where(static row => row.GetProperty("outcome").GetString() == "ok").ToList();
        rows.Count.ShouldBe(passed);
        var spent = rows.Sum(row => unit == "usd" ? Number(row.GetProperty("cost_usd")) : Number(row.GetProperty("input_tokens")) + Number(row.GetProperty("output_tokens")));
        await ReplicaFleet.UntilAsync(async () => (await UsedAsync(replicas.Of("limits")[0], keyId))[counter] <= spent, $"the reservations of {passed} calls to be settled");
        foreach (var limits in replicas.Of("limits"))
        {
            var used = await UsedAsync(limits, keyId);
            (used[counter], used["requests"]).ShouldBe((spent, passed));
        }

        output.WriteLine($"{passed} of {statuses.Count} calls passed, {spent} of {cap} {unit} used, {await highest} at most at any moment");
        spent.ShouldBeInRange(cap / 100, cap);
    }

    /// <summary>Callers take turns at the gateways, each from call to call.</summary>
    private async Task<List<int>> CallManyAsync(string key, int callers, int each, Func<int, int, object> call)
    {
        var gateways = replicas.Of("ai-gateway").Select(address => ReplicaFleet.Client(address, key)).ToList();
        try
        {
            var statuses = await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
            {
                var mine = new List<int>();
                for (var turn = 0; turn < each; turn++)
                    mine.Add(await ReplicaFleet.StatusAsync(gateways[(caller + turn) % gateways.Count].PostAsJsonAsync("/v1/chat/completions", call(caller, turn), _cancel)));
                return mine;
            }));
            return [.. statuses.SelectMany(static s => s)];
        }
        finally
        {
            gateways.ForEach(static gateway => gateway.Dispose());
        }
    }

    private static object Call(string model, string text) => new { model, max_tokens = 40, messages = new[] { new { role = "user", content = text } } };

    private async Task<decimal> HighestAsync(string keyId, string counter, CancellationToken until)
    {
        var highest = 0m;
        for (var turn = 0; !until.IsCancellationRequested; turn++)
        {
            highest = Math.Max(highest, (await UsedAsync(replicas.Of("limits")[turn % 2], keyId))[counter]);
            await Task.Delay(20, CancellationToken.None);
        }

        return highest;
    }

    /// <summary>What is counted of each limit of a key, by its unit.</summary>
    private async Task<Dictionary<string, decimal>> UsedAsync(Uri limits, string keyId)
    {
        using var client = ReplicaFleet.Client(limits, replicas.Admin.ApiKey);
        var usage = await client.GetFromJsonAsync<JsonElement>($"/api/admin/limits/api_key/{keyId}/usage", CancellationToken.None);
        return usage.GetProperty("items").EnumerateArray().ToDictionary(static item => item.GetProperty("unit").GetString()!, static item => Number(item.GetProperty("current")));
    }

    private async Task<List<JsonElement>> RowsAsync(string keyId, int count)
    {
        var giveUp = DateTime.UtcNow + RowPatience;
        while (true)
        {
            var page = await replicas.Admin.GetAsync($"/api/gateway/logs?limit=1000&key_id={keyId}", _cancel);
            var rows = page.GetProperty("items").EnumerateArray().ToList();
            rows.Count.ShouldBeLessThanOrEqualTo(count);
            if (rows.Count == count) return rows;
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{rows.Count} of {count} rows");
            await Task.Delay(250, _cancel);
        }
    }

    private static decimal Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDecimal();
}
