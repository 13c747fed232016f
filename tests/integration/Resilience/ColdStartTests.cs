using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>The very first call of processes that have done nothing yet is checked like any other.</summary>
public sealed class ColdStartTests
{
    private const string Model = "sim-chat";

    /// <summary>What a check may take on a machine that is busy with other tests; one that walks its way for the first time takes longer.</summary>
    private const int TimeoutMs = 200;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstCall_OfAFreshFleetUnderAStrictBudget_IsCheckedAndSettled()
    {
        await using var fleet = await FleetProcess.StartAsync(cancellationToken: _cancel);
        await ShouldHaveRehearsedAsync(fleet);
        using var admin = await Administrator.SetUpAsync(fleet, _cancel);
        var user = (await admin.GetAsync("/api/auth/me", _cancel)).GetProperty("id").GetString();
        await admin.PostAsync($"/api/admin/limits/user/{user}/budgets", new { period = "monthly", unit = "tokens", limit = 1_000_000, mode = "strict" }, _cancel);

        // Changes arrive in their order: once the model is served, the setting is in force.
        await admin.PatchAsync("/api/admin/settings", new { settings = new Dictionary<string, int> { ["limits.timeout_ms"] = TimeoutMs } }, _cancel);
        await admin.AddSimulatedModelAsync(Model, _cancel);
        await UntilReadyAsync(admin);

        using var answer = await admin.Gateway.PostAsJsonAsync(
            "/v1/chat/completions", new { model = Model, max_tokens = 50, messages = new[] { new { role = "user", content = "Hello" } } }, _cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(_cancel));
        var row = await admin.LogRowAsync(answer.Headers.GetValues("x-request-id").Single(), _cancel);
        row.GetProperty("settled").GetBoolean().ShouldBeTrue(fleet.Log());
        var used = row.GetProperty("input_tokens").GetDecimal() + row.GetProperty("output_tokens").GetDecimal();
        used.ShouldBeGreaterThan(0);
        (await SpentAsync(admin, user!, used)).ShouldBe(used, "what limits counted");
    }

    /// <summary>Ready means that limits has checked and settled a call of nobody's, and that the gateway has asked it.</summary>
    private async Task ShouldHaveRehearsedAsync(FleetProcess fleet)
    {
        using var client = new HttpClient();
        foreach (var (service, endpoint, check) in ((string, string, string)[])[("limits", "http", "checks"), ("ai-gateway", "http", "peers")])
        {
            using var answer = await client.GetAsync(new Uri(fleet.AddressOf(service, endpoint), "/health/ready"), _cancel); // not ready before set-up
            var state = await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel);
            state.GetProperty(check).GetString().ShouldBe("ok", service);
        }
    }

    private async Task UntilReadyAsync(Administrator admin)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var answer = await admin.Gateway.GetAsync("/health/ready", _cancel);
            if (answer.IsSuccessStatusCode) return;
            attempt.ShouldBeLessThan(3000, await answer.Content.ReadAsStringAsync(_cancel));
            await Task.Delay(10, _cancel);
        }
    }

    /// <summary>A settlement follows its answer by a moment: until then all of what the call could have used is reserved.</summary>
    private async Task<decimal> SpentAsync(Administrator admin, string user, decimal expected)
    {
        for (var attempt = 0; ; attempt++)
        {
            var usage = await admin.GetAsync($"/api/admin/limits/user/{user}/usage", _cancel);
            var spent = usage.GetProperty("items").EnumerateArray().Single().GetProperty("current");
            var value = spent.ValueKind == JsonValueKind.String ? decimal.Parse(spent.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : spent.GetDecimal();
            if (value == expected || attempt == 100) return value;
            await Task.Delay(50, _cancel);
        }
    }
}
