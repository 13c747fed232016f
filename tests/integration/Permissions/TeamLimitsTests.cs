using ThinkWatch.Integration.Tests.Identity;

namespace ThinkWatch.Integration.Tests.Permissions;

/// <summary>Limits in the hands of those who hold them in a team only, or for themselves.</summary>
public sealed class TeamLimitsTests(ManagementFleet fleet) : IClassFixture<ManagementFleet>
{
    [Fact]
    public async Task Bulk_OfBothForATarget_SetsBothOrNeither()
    {
        var (user, tool) = ((await PersonAsync("developer")).Id, $"tool-{Guid.NewGuid():N}");
        var answer = await fleet.SendAsync("limits", "POST", "/api/admin/limits/bulk", new
        {
            targets = new[] { new { kind = "user", id = user }, new { kind = "mcp_tool", id = tool } },
            rule = new { surface = "mcp_gateway", metric = "requests", window_secs = 60, max_count = 9 },
            budget = new { period = "daily", unit = "tokens", limit = 100 },
        }, fleet.AdminKey);

        var results = answer.Json.GetProperty("results");
        (results[0].GetProperty("status").GetInt32(), results[1].GetProperty("status").GetInt32()).ShouldBe((201, 422), answer.Text);
        (await IdsAsync("user", user, "rules")).ShouldBe([results[0].GetProperty("rule_id").GetString()]);
        (await IdsAsync("user", user, "budgets")).ShouldBe([results[0].GetProperty("budget_id").GetString()]);
        (await IdsAsync("mcp_tool", tool, "rules")).ShouldBeEmpty("what is answered as refused was not half done");

        async Task<List<string?>> IdsAsync(string kind, string id, string what) =>
            [.. (await fleet.SendAsync("limits", "GET", $"/api/admin/limits/{kind}/{id}/{what}", null, fleet.AdminKey)).Json.GetProperty("items").EnumerateArray()
                .Select(static item => item.GetProperty("id").GetString())];
    }

    [Fact]
    public async Task Manager_SetsLimitsOfTheTeamsOwn_AndOfNobodyElse()
    {
        var team = await TeamAsync();
        var manager = await PersonAsync(null, (team, true));
        var member = await PersonAsync("developer", (team, false));
        var shared = await PersonAsync("developer", (team, false), (await TeamAsync(), false));
        var stranger = await PersonAsync("developer");
        var other = await TeamAsync();

        (await SetAsync("user", member.Id, 500, manager.Key)).ShouldBe(201);
        (await SetAsync("api_key", member.KeyId, 500, manager.Key)).ShouldBe(201);
        (await SendAsync("GET", "user", member.Id, "usage", null, manager.Key)).ShouldBe(200);
        (await SendAsync("GET", "user", member.Id, "dashboard", null, manager.Key)).ShouldBe(200);
        (await SendAsync("POST", "user", member.Id, "reset", null, manager.Key)).ShouldBe(204);

        // Somebody else's teams have their own managers.
        (await SendAsync("GET", "user", shared.Id, "budgets", null, manager.Key)).ShouldBe(200);
        (await SetAsync("user", shared.Id, 500, manager.Key)).ShouldBe(403);
        (await SendAsync("POST", "user", shared.Id, "reset", null, manager.Key)).ShouldBe(403);
        foreach (var (kind, id) in new[] { ("user", stranger.Id), ("api_key", stranger.KeyId), ("team", other), ("organization", await OrganizationAsync()), ("role", await RoleAsync()) })
        {
            (await SendAsync("GET", kind, id, "budgets", null, manager.Key)).ShouldBe(404, kind);
            (await SetAsync(kind, id, 500, manager.Key)).ShouldBe(404, kind);
            (await SendAsync("POST", kind, id, "reset", null, manager.Key)).ShouldBe(404, kind);
        }

        var bulk = await fleet.SendAsync(
            "limits", "POST", "/api/admin/limits/bulk",
            new { targets = new[] { ("user", member.Id), ("user", stranger.Id), ("user", shared.Id) }.Select(static t => new { kind = t.Item1, id = t.Item2 }), budget = Budget(400) }, manager.Key);
        bulk.Json.GetProperty("results").EnumerateArray().Select(static r => r.GetProperty("status").GetInt32()).ShouldBe([201, 404, 403]);
    }

    [Fact]
    public async Task Manager_ReachesNothingAboveTheTeamsOwn()
    {
        var team = await TeamAsync();
        var manager = await PersonAsync(null, (team, true));
        var member = await PersonAsync("developer", (team, false));
        var own = await fleet.CreateAsync("limits", $"/api/admin/limits/team/{team}/budgets", Budget(1000, "strict"), fleet.AdminKey);

        (await SetAsync("user", member.Id, 1000, manager.Key)).ShouldBe(201);
        (await SetAsync("user", member.Id, 1001, manager.Key)).ShouldBe(403);
        (await SetAsync("user", manager.Id, 1001, manager.Key)).ShouldBe(403);
        (await SetAsync("user", member.Id, 1001, fleet.AdminKey)).ShouldBe(201);

        // The team's own may be drawn tighter, by no way looser.
        (await SetAsync("team", team, 1001, manager.Key)).ShouldBe(403);
        (await SendAsync("POST", "team", team, "budgets", Budget(900), manager.Key)).ShouldBe(403, "soft instead of strict");
        (await SendAsync("POST", "team", team, "budgets", new { period = "daily", unit = "tokens", limit = 900, mode = "strict", enabled = false }, manager.Key)).ShouldBe(403);
        (await SendAsync("POST", "team", team, "budgets", new { period = "daily", unit = "tokens", limit = 9000, mode = "strict", expires_at = DateTimeOffset.UtcNow.AddDays(1) }, manager.Key)).ShouldBe(403);
        (await SendAsync("DELETE", "team", team, $"budgets/{own.GetProperty("id")}", null, manager.Key)).ShouldBe(403);
        (await SendAsync("POST", "team", team, "reset", null, manager.Key)).ShouldBe(403);
        (await SendAsync("POST", "team", team, "budgets", Budget(900, "strict"), manager.Key)).ShouldBe(201);
        (await SetAsync("user", member.Id, 950, manager.Key)).ShouldBe(403);
    }

    [Fact]
    public async Task Developer_SeesWhatIsTheirOwn_AndSetsNothing()
    {
        var team = await TeamAsync();
        var developer = await PersonAsync("developer", (team, false));
        var colleague = await PersonAsync("developer", (team, false));
        foreach (var (kind, id) in new[] { ("user", developer.Id), ("api_key", developer.KeyId), ("team", team) })
        {
            foreach (var what in new[] { "rules", "budgets", "usage" })
                (await SendAsync("GET", kind, id, what, null, developer.Key)).ShouldBe(200, $"{kind} {what}");
            (await SetAsync(kind, id, 1_000_000, developer.Key)).ShouldBe(403, kind);
            (await SendAsync("POST", kind, id, "reset", null, developer.Key)).ShouldBe(403, kind);
        }

        foreach (var (kind, id) in new[] { ("user", colleague.Id), ("api_key", colleague.KeyId), ("team", await TeamAsync()), ("organization", await OrganizationAsync()) })
            (await SendAsync("GET", kind, id, "budgets", null, developer.Key)).ShouldBe(404, kind);
        (await SendAsync("GET", "user", colleague.Id, "dashboard", null, developer.Key)).ShouldBe(404);
    }

    [Theory]
    [InlineData("team")]
    [InlineData("role")]
    public async Task Limit_OfATeamOrRoleThatIsNotThere_Is404(string kind) =>
        (await SetAsync(kind, Guid.NewGuid().ToString(), 1, fleet.AdminKey)).ShouldBe(404);

    private static object Budget(long limit, string mode = "soft") => new { period = "daily", unit = "tokens", limit, mode };

    private Task<int> SetAsync(string kind, string id, long limit, string key) => SendAsync("POST", kind, id, "budgets", Budget(limit, "strict"), key);

    private async Task<int> SendAsync(string method, string kind, string id, string what, object? body, string key) =>
        (await fleet.SendAsync("limits", method, $"/api/admin/limits/{kind}/{id}/{what}", body, key)).Status;

    private async Task<string> TeamAsync() =>
        (await fleet.CreateAsync("identity", "/api/admin/teams", new { name = $"{Guid.NewGuid():N}" }, fleet.AdminKey)).GetProperty("id").GetString()!;

    private async Task<string> OrganizationAsync() => (await fleet.SendAsync("identity", "GET", "/api/auth/me", null, fleet.AdminKey)).Json.GetProperty("org_id").GetString()!;

    private async Task<string> RoleAsync() =>
        (await fleet.SendAsync("identity", "GET", "/api/admin/roles", null, fleet.AdminKey)).Json.GetProperty("items")[0].GetProperty("id").GetString()!;

    private async Task<(string Id, string KeyId, string Key)> PersonAsync(string? role, params (string Team, bool Manager)[] teams)
    {
        var user = await fleet.CreateAsync(
            "identity", "/api/admin/users",
            new { email = $"{Guid.NewGuid():N}@example.com", display_name = "P", password = IdentityFixture.Password, roles = role is null ? [] : new[] { role } }, fleet.AdminKey);
        var id = user.GetProperty("id").GetString()!;
        foreach (var (team, manager) in teams)
            (await fleet.SendAsync("identity", "PUT", $"/api/admin/teams/{team}/members/{id}", new { manager }, fleet.AdminKey)).Status.ShouldBe(204);
        var key = await fleet.CreateAsync("identity", "/api/keys", new { name = "k", surfaces = new[] { "console" }, user_id = id }, fleet.AdminKey);
        return (id, key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }
}
