using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Limits over REST on a whole fleet.</summary>
[Collection(FleetCollection.Name)]
public sealed class ManagementTests(FleetFixture fixture)
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("provider")]
    [InlineData("model")]
    [InlineData("team")]
    [InlineData("organization")]
    public async Task Budget_OfASubject_IsSetReplacedListedAndRemoved(string kind)
    {
        var path = $"/api/admin/limits/{kind}/{await SubjectAsync(kind)}/budgets";
        var first = await fixture.Admin.PostAsync(path, new { period = "monthly", unit = "usd", limit = "12.50", mode = "strict", enabled = false }, _cancel);
        first.GetProperty("label").GetString().ShouldBe($"{kind}:budget/monthly");
        first.GetProperty("limit").GetString().ShouldBe("12.5");
        var second = await fixture.Admin.PostAsync(path, new { period = "monthly", unit = "usd", limit = 20, enabled = false }, _cancel);
        second.GetProperty("id").GetString().ShouldBe(first.GetProperty("id").GetString());
        (await fixture.Admin.GetAsync(path, _cancel)).GetProperty("items").EnumerateArray().Single().GetProperty("limit").GetString().ShouldBe("20");
        using var removed = await fixture.Admin.Console.DeleteAsync($"{path}/{first.GetProperty("id").GetString()}", _cancel);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await fixture.Admin.GetAsync(path, _cancel)).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Budget_ThatIsSpent_RefusesTheKeyAndShowsInUsageUntilItIsReset()
    {
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "budgeted", surfaces = new[] { "ai_gateway" } }, _cancel);
        var path = $"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}";
        await fixture.Admin.PostAsync($"{path}/budgets", new { period = "daily", unit = "tokens", limit = 20 }, _cancel);
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key.GetProperty("key").GetString());
        using var refused = await UntilAsync(client, HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("error").GetProperty("code").GetString().ShouldBe("api_key:budget/daily");
        var usage = (await fixture.Admin.GetAsync($"{path}/usage", _cancel)).GetProperty("items").EnumerateArray().Single();
        usage.GetProperty("unit").GetString().ShouldBe("weighted_tokens");
        decimal.Parse(usage.GetProperty("current").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(20);

        using var reset = await fixture.Admin.Console.PostAsync($"{path}/reset", null, _cancel);
        reset.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var allowed = await UntilAsync(client, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Bulk_AnswersEachTargetApart()
    {
        var answer = await fixture.Admin.PostAsync(
            "/api/admin/limits/bulk",
            new
            {
                targets = new[] { new { kind = "model", id = "sim-chat" }, new { kind = "model", id = "nobody-has-it" }, new { kind = "mcp_tool", id = "github.search" } },
                rule = new { surface = "ai_gateway", metric = "tokens", window_secs = 604_800, max_count = 1_000_000_000 },
            },
            _cancel);
        answer.GetProperty("results").EnumerateArray().Select(static r => r.GetProperty("status").GetInt32()).ShouldBe([201, 404, 400]);
    }

    [Fact]
    public async Task Simulate_And_Dashboard_TellWhichLimitsApply()
    {
        var me = (await fixture.Admin.GetAsync("/api/auth/me", _cancel)).GetProperty("id").GetString();
        await fixture.Admin.PostAsync(
            $"/api/admin/limits/user/{me}/rules",
            new { surface = "mcp_gateway", metric = "requests", window_secs = 18_000, max_count = 77, expires_at = DateTimeOffset.UtcNow.AddHours(1), reason = "a busy afternoon" },
            _cancel);
        for (var attempt = 0; ; attempt++)
        {
            using var simulated = await fixture.Admin.Console.PostAsJsonAsync("/api/admin/limits/simulate", new { surface = "mcp_gateway", user_id = me }, _cancel);
            var items = (await simulated.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("items").EnumerateArray().ToList();
            if (items.Count == 1)
            {
                items[0].GetProperty("limit").GetString().ShouldBe("77");
                break;
            }

            (attempt < 100).ShouldBeTrue("The rule never came into force.");
            await Task.Delay(50, _cancel);
        }

        var shown = (await fixture.Admin.GetAsync($"/api/admin/limits/user/{me}/dashboard", _cancel)).GetProperty("items").EnumerateArray().Single(static i => i.GetProperty("window_secs").GetInt32() == 18_000);
        (shown.GetProperty("source").GetString(), shown.GetProperty("remaining").GetString()).ShouldBe(("override", "77"));
    }

    private async Task<string> SubjectAsync(string kind) => kind switch
    {
        "provider" => fixture.Admin.SimulatorId,
        "model" => "sim-chat",
        "organization" => (await fixture.Admin.GetAsync("/api/auth/me", _cancel)).GetProperty("org_id").GetString()!,
        _ => (await fixture.Admin.PostAsync("/api/admin/teams", new { name = $"team {Guid.NewGuid():N}" }, _cancel)).GetProperty("id").GetString()!,
    };

    /// <summary>Rules take a moment to be in force, and settlements to arrive.</summary>
    private async Task<HttpResponseMessage> UntilAsync(HttpClient client, HttpStatusCode status)
    {
        for (var call = 0; call < 200; call++)
        {
            var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "x" } } }, _cancel);
            if (answer.StatusCode == status) return answer;
            answer.Dispose();
            await Task.Delay(20, _cancel);
        }

        throw new TimeoutException($"It was never {status}.");
    }
}
