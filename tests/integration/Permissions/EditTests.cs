using ThinkWatch.Integration.Tests.Identity;

namespace ThinkWatch.Integration.Tests.Permissions;

/// <summary>Two administrators at the same thing: whoever says what they read does not overwrite what they did not.</summary>
[Collection(nameof(SharedManagement))]
public sealed class EditTests(ManagementFleet fleet)
{
    /// <summary>What is written at <paramref name="Path"/>, and where its version is read. <paramref name="Body"/> makes another change of each number from 1 to 3.</summary>
    private sealed record Edited(string Service, string Method, string Path, string Read, Func<int, object> Body);

    [Fact]
    public async Task EverythingEditable_WithTheVersionThatWasRead_IsChanged_WithAnOlderOneNot()
    {
        var all = await FurnishAsync();
        foreach (var thing in all)
        {
            var name = $"{thing.Method} {thing.Path}";
            var first = await ReadAsync(thing);
            (await WriteAsync(thing, 1, first.ETag)).ShouldBeInRange(200, 204, name);
            var second = await ReadAsync(thing);
            second.ETag.ShouldNotBe(first.ETag, name);

            (await WriteAsync(thing, 2, first.ETag)).ShouldBe(412, name);
            var after = await ReadAsync(thing);
            (after.Text, after.ETag).ShouldBe((second.Text, second.ETag), name);

            (await WriteAsync(thing, 2, null)).ShouldBeInRange(200, 204, name);
            (await ReadAsync(thing)).Text.ShouldNotBe(second.Text, name);
        }
    }

    [Fact]
    public async Task EverythingEditable_ChangedByManyAtOnceOnOneVersion_IsChangedByOne()
    {
        foreach (var thing in await FurnishAsync())
        {
            var read = await ReadAsync(thing);
            var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => WriteAsync(thing, 1, read.ETag)));
            statuses.Count(static status => status is >= 200 and < 300).ShouldBe(1, $"{thing.Method} {thing.Path}: {string.Join(' ', statuses)}");
            statuses.Count(static status => status == 412).ShouldBe(5, $"{thing.Method} {thing.Path}: {string.Join(' ', statuses)}");
        }
    }

    [Fact]
    public async Task EveryPutAndPatch_IsAmongThem()
    {
        var walked = (await FurnishAsync()).Select(static thing => (thing.Service, thing.Method, Pattern: thing.Path.Split('/'))).ToList();
        fleet.Endpoints.Where(static endpoint => endpoint.Method is "PUT" or "PATCH")
            .Where(endpoint => !walked.Exists(thing => (thing.Service, thing.Method) == (endpoint.Service, endpoint.Method) && Fits(thing.Pattern, endpoint.Path.Split('/'))))
            .ShouldBeEmpty();

        static bool Fits(string[] path, string[] template) =>
            path.Length == template.Length && path.Zip(template).All(static pair => pair.First == pair.Second || pair.Second.StartsWith('{'));
    }

    [Fact]
    public async Task Weights_StandOnEveryRouteOfTheModel_AndListsSayTheSameVersions()
    {
        var (model, routes) = await ModelAsync();
        var path = $"/api/admin/models/{model}/routes";
        var list = await GetAsync(path);
        var listed = await GetAsync($"/api/admin/models/{model}");
        listed.Json.GetProperty("etag").GetString().ShouldBe(listed.ETag);
        listed.Json.GetProperty("routes_etag").GetString().ShouldBe(list.ETag);
        list.Json.GetProperty("items")[0].GetProperty("etag").GetString().ShouldBe((await GetAsync($"/api/admin/model-routes/{routes[0]}")).ETag);

        // One that is not among the changed ones was turned off meanwhile.
        (await fleet.SendAsync("admin-api", "PATCH", $"/api/admin/model-routes/{routes[1]}", new { enabled = false }, fleet.AdminKey)).Status.ShouldBe(200);
        (await WeighAsync(list.ETag!)).ShouldBe(412);
        (await WeighAsync((await GetAsync(path)).ETag!)).ShouldBe(200);

        Task<Answer> GetAsync(string from) => fleet.SendAsync("admin-api", "GET", from, null, fleet.AdminKey);

        async Task<int> WeighAsync(string tag) => (await fleet.SendAsync(
            "admin-api", "PATCH", "/api/admin/model-routes/batch-weights", new { updates = new[] { new { id = routes[0], weight = 7 } } }, fleet.AdminKey, ("If-Match", tag))).Status;
    }

    [Fact]
    public async Task Webhook_MadeByManyAtOnce_IsMadeByOne_AndNotOverwrittenByWhoSawNone()
    {
        const string path = "/api/admin/notifications/webhook";
        for (var round = 0; round < 5; round++)
        {
            (await fleet.SendAsync("limits", "DELETE", path, null, fleet.AdminKey)).Status.ShouldBeOneOf(204, 404);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => SetAsync(n, "*")));
            answers.Count(static answer => answer.Status == 200).ShouldBe(1, string.Join(' ', answers.Select(static answer => answer.Status)));
            answers.Count(static answer => answer.Status == 412).ShouldBe(5);
            var made = answers.Single(static answer => answer.Status == 200).Json.GetProperty("webhook").GetProperty("url").GetString();
            (await fleet.SendAsync("limits", "GET", path, null, fleet.AdminKey)).Json.GetProperty("url").GetString().ShouldBe(made);
        }

        // Nor by who says nothing and comes at the same moment: a secret that was shown stays the one that signs.
        for (var round = 0; round < 5; round++)
        {
            (await fleet.SendAsync("limits", "DELETE", path, null, fleet.AdminKey)).Status.ShouldBe(204);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => SetAsync(n, null)));
            answers.Select(static answer => answer.Status).ShouldBeSubsetOf([200, 412]);
            answers.Count(static answer => answer.Status == 200 && answer.Json.GetProperty("secret").ValueKind == System.Text.Json.JsonValueKind.String).ShouldBe(1);
        }

        Task<Answer> SetAsync(int n, string? noneMatch)
        {
            (string, string)[] headers = noneMatch is null ? [] : [("If-None-Match", noneMatch)];
            return fleet.SendAsync("limits", "PUT", path, new { url = $"https://example.com/{n}" }, fleet.AdminKey, headers);
        }
    }

    [Fact]
    public async Task Weights_OfSeveralModelsChangedByManyAtOnce_WaitForEachOtherAndNotForever()
    {
        // The routes' order is the other way round than their models'.
        var unique = Guid.NewGuid().ToString("N")[..12];
        var provider = await fleet.IdAsync("admin-api", "/api/admin/providers", new { name = $"p-{unique}", display_name = "P", provider_type = "openai", base_url = "https://api.example.com" });
        var models = new[] { await NewModelAsync("a"), await NewModelAsync("b") };
        var routes = new[] { await NewRouteAsync(models[1]), await NewRouteAsync(models[0]) };
        for (var round = 0; round < 15; round++)
        {
            var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(WriteAsync));
            statuses.ShouldAllBe(static status => status == 200, string.Join(' ', statuses));
        }

        Task<string> NewModelAsync(string name) => fleet.IdAsync("admin-api", "/api/admin/models", new { model_id = $"m-{unique}-{name}" });

        Task<string> NewRouteAsync(string model) => fleet.IdAsync("admin-api", $"/api/admin/models/{model}/routes", new { provider_id = provider, upstream_model = "u" });

        async Task<int> WriteAsync(int n) => (n % 4) switch
        {
            0 => (await fleet.SendAsync("admin-api", "PATCH", $"/api/admin/model-routes/{routes[n % 2]}", new { label = $"r {n}" }, fleet.AdminKey)).Status,
            1 => (await fleet.SendAsync("admin-api", "PATCH", $"/api/admin/models/{models[n / 4]}", new { display_name = $"m {n}" }, fleet.AdminKey)).Status,
            2 => await WeighAsync(n, ("If-Match", "*")),
            _ => await WeighAsync(n),
        };

        async Task<int> WeighAsync(int n, params (string, string)[] headers) => (await fleet.SendAsync(
            "admin-api", "PATCH", "/api/admin/model-routes/batch-weights", new { updates = routes.Select(id => new { id, weight = n }) }, fleet.AdminKey, headers)).Status;
    }

    private async Task<Answer> ReadAsync(Edited thing)
    {
        var answer = await fleet.SendAsync(thing.Service, "GET", thing.Read, null, fleet.AdminKey);
        answer.Status.ShouldBe(200, thing.Read);
        answer.ETag.ShouldNotBeNull(thing.Read);
        return answer;
    }

    private async Task<int> WriteAsync(Edited thing, int number, string? tag)
    {
        (string, string)[] headers = tag is null ? [] : [("If-Match", tag)];
        return (await fleet.SendAsync(thing.Service, thing.Method, thing.Path, thing.Body(number), fleet.AdminKey, headers)).Status;
    }

    /// <summary>One of everything that can be edited.</summary>
    private async Task<IReadOnlyList<Edited>> FurnishAsync()
    {
        var unique = Guid.NewGuid().ToString("N")[..12];
        var user = await fleet.IdAsync("identity", "/api/admin/users", new { email = $"{unique}@example.com", display_name = "Ann", password = IdentityFixture.Password });
        var team = await fleet.IdAsync("identity", "/api/admin/teams", new { name = $"team {unique}" });
        var role = await fleet.IdAsync("identity", "/api/admin/roles", new { name = $"role-{unique}", policy = new { version = 1, statements = new[] { new { effect = "allow", actions = new[] { "keys:read" } } } } });
        var key = await fleet.IdAsync("identity", "/api/keys", new { name = "k", surfaces = new[] { "console" } });
        var organization = await fleet.IdAsync("identity", "/api/admin/organizations", new { name = "Acme", admin = new { email = $"a-{unique}@example.com", display_name = "A" } });
        var rule = await fleet.IdAsync("admin-api", "/api/admin/security/content-rules", new { name = $"rule-{unique}", match = "contains", pattern = "falcon" });
        var (model, routes) = await ModelAsync();
        Task<Answer> SendAsync(string service, string method, string path, object body) => fleet.SendAsync(service, method, path, body, fleet.AdminKey);
        (await SendAsync("identity", "PUT", $"/api/admin/teams/{team}/members/{user}", new { manager = false })).Status.ShouldBe(204);
        (await SendAsync("identity", "PUT", "/api/admin/sso", Sso(0))).Status.ShouldBe(200);
        (await SendAsync("admin-api", "PATCH", "/api/admin/settings", Settings(0))).Status.ShouldBe(200);
        (await SendAsync("limits", "PUT", "/api/admin/notifications/webhook", Webhook(0))).Status.ShouldBe(200);
        var provider = (await SendAsync("admin-api", "GET", $"/api/admin/model-routes/{routes[0]}", new { })).Json.GetProperty("provider_id").GetString();
        return
        [
            Same("identity", "PATCH", $"/api/admin/users/{user}", static n => new { display_name = $"Ann {n}" }),
            Same("identity", "PATCH", $"/api/admin/teams/{team}", static n => new { description = $"d {n}" }),
            Same("identity", "PATCH", $"/api/admin/roles/{role}", static n => new { description = $"d {n}" }),
            Same("identity", "PATCH", $"/api/keys/{key}", static n => new { name = $"k {n}" }),
            Same("identity", "PATCH", $"/api/admin/organizations/{organization}", static n => new { name = $"Acme {n}" }),
            Same("identity", "PUT", "/api/admin/sso", Sso),
            new("identity", "PUT", $"/api/admin/teams/{team}/members/{user}", $"/api/admin/teams/{team}/members", static n => new { manager = n % 2 == 1 }),
            Same("identity", "POST", $"/api/admin/users/{user}/roles", static n => new { role = n == 1 ? "viewer" : "team_manager" }),
            Same("admin-api", "PATCH", $"/api/admin/providers/{provider}", static n => new { display_name = $"p {n}" }),
            Same("admin-api", "PATCH", $"/api/admin/models/{model}", static n => new { display_name = $"m {n}" }),
            Same("admin-api", "PATCH", $"/api/admin/model-routes/{routes[0]}", static n => new { label = $"r {n}" }),
            new("admin-api", "PATCH", "/api/admin/model-routes/batch-weights", $"/api/admin/models/{model}/routes", n => new { updates = routes.Select(id => new { id, weight = n }) }),
            Same("admin-api", "PATCH", $"/api/admin/security/content-rules/{rule}", static n => new { description = $"d {n}" }),
            Same("admin-api", "PATCH", "/api/admin/settings", Settings),
            Same("limits", "PUT", "/api/admin/notifications/webhook", Webhook),
            Same("limits", "POST", $"/api/admin/limits/user/{user}/rules", static n => new { surface = "ai_gateway", metric = "requests", window_secs = 60, max_count = n }),
            Same("limits", "POST", $"/api/admin/limits/user/{user}/budgets", static n => new { period = "daily", unit = "tokens", limit = n }),
        ];

        static Edited Same(string service, string method, string path, Func<int, object> body) => new(service, method, path, path, body);

        static object Settings(int n) => new { settings = new Dictionary<string, object> { ["gateway.retry_max"] = n } };

        static object Webhook(int n) => new { url = $"https://example.com/{n}" };

        static object Sso(int n) => new
        {
            preset = "generic",
            label = $"Acme {n}",
            issuer = "https://id.example.com",
            client_id = "c",
            console_url = "https://console.example.com",
            scopes = new[] { "openid", "profile", "email" },
            default_role = "developer",
        };
    }

    private async Task<(string Model, string[] Routes)> ModelAsync()
    {
        var unique = Guid.NewGuid().ToString("N")[..12];
        var provider = await fleet.IdAsync("admin-api", "/api/admin/providers", new { name = $"p-{unique}", display_name = "P", provider_type = "openai", base_url = "https://api.example.com" });
        var model = await fleet.IdAsync("admin-api", "/api/admin/models", new { model_id = $"m-{unique}" });
        var routes = new List<string>();
        foreach (var upstream in new[] { "a", "b" })
            routes.Add(await fleet.IdAsync("admin-api", $"/api/admin/models/{model}/routes", new { provider_id = provider, upstream_model = upstream }));
        return (model, [.. routes]);
    }
}
