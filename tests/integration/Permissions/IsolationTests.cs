using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.Integration.Tests.Identity;

namespace ThinkWatch.Integration.Tests.Permissions;

/// <summary>
/// Two organisations, each with its own super administrator. One of them calls every endpoint of every service with the other's ids: it is told nothing of
/// the other, and the other finds everything as it was.
/// </summary>
[Collection(nameof(SharedManagement))]
public sealed partial class IsolationTests(ManagementFleet fleet)
{
    private const string Marker = "zebra";

    [Fact]
    public async Task EveryEndpoint_WithAnothersIds_TellsAndChangesNothing()
    {
        var intruder = await SuperAdminAsync("Mallory");
        var victim = await SuperAdminAsync(Marker);
        var ids = await FurnishAsync(victim);
        var before = await ReadAllAsync(victim, ids);
        before.Count(r => r.Value.Contains(Marker, StringComparison.Ordinal)).ShouldBeGreaterThan(10, "the other organisation has something to hide");

        var leaks = new List<string>();
        foreach (var endpoint in fleet.Endpoints.Where(e => !e.Path.StartsWith("/api/setup", StringComparison.Ordinal)))
        {
            foreach (var path in Paths(endpoint, ids))
            {
                var body = endpoint.Method is "POST" or "PUT" or "PATCH" ? new { } : null;
                var answer = await fleet.SendAsync(endpoint.Service, endpoint.Method, path, body, intruder);
                if (answer.Text.Contains(Marker, StringComparison.Ordinal))
                    leaks.Add($"{endpoint.Method} {path} tells: {answer.Text}");
                if (endpoint.Service == "identity" && answer.Status is >= 200 and < 300 && path != endpoint.Path && answer.Text != """{"items":[],"next_cursor":null}""")
                    leaks.Add($"{endpoint.Method} {path} answers {answer.Status}: {answer.Text}");
            }
        }

        leaks.ShouldBeEmpty();
        (await ReadAllAsync(victim, ids)).ShouldBe(before);
    }

    [Fact]
    public async Task AnothersIds_InBodies_AreNotKnown()
    {
        var intruder = await SuperAdminAsync("Eve");
        var victim = await SuperAdminAsync("Trent");
        var ids = await FurnishAsync(victim);
        var mine = await fleet.CreateAsync("identity", "/api/admin/teams", new { name = "Mine" }, intruder);
        var me = (await fleet.SendAsync("identity", "GET", "/api/auth/me", null, intruder)).Json.GetProperty("id").GetString();
        (string Method, string Path, object Body)[] requests =
        [
            ("POST", "/api/keys", new { name = "x", surfaces = new[] { "console" }, user_id = ids["users"] }),
            ("POST", "/api/keys", new { name = "x", surfaces = new[] { "console" }, team_id = ids["teams"] }),
            ("POST", "/api/admin/users", new { email = "x@example.com", display_name = "X", password = IdentityFixture.Password, team_ids = new[] { ids["teams"] } }),
            ("POST", $"/api/admin/users/{me}/roles", new { role_id = ids["roles"] }),
            ("POST", $"/api/admin/users/{me}/roles", new { role = "viewer", team_id = ids["teams"] }),
            ("PUT", $"/api/admin/teams/{mine.GetProperty("id")}/members/{ids["users"]}", new { }),
            ("POST", "/api/admin/organizations", new { name = "X", admin = new { email = "y@example.com", display_name = "Y" } }),
        ];
        foreach (var (method, path, body) in requests)
            (await fleet.SendAsync("identity", method, path, body, intruder)).Status.ShouldBeOneOf(400, 403, 404);
        (await fleet.SendAsync("identity", "GET", "/api/admin/users", null, intruder, ("x-thinkwatch-org", ids["organizations"]))).Status.ShouldBe(403);
        (await fleet.SendAsync("admin-api", "GET", "/api/admin/providers", null, intruder, ("x-thinkwatch-org", ids["organizations"]))).Status.ShouldBe(403);
    }

    /// <summary>An organisation made by the platform administrator, whose first member takes the invitation and makes a key.</summary>
    private async Task<string> SuperAdminAsync(string name)
    {
        var email = $"{name.ToLowerInvariant()}-{Guid.NewGuid():N}@example.com";
        var organization = await fleet.CreateAsync("identity", "/api/admin/organizations", new { name = $"{name} Ltd", admin = new { email, display_name = name } }, fleet.AdminKey);
        (string, string) from = ("X-Forwarded-For", $"198.19.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}");
        (await fleet.SendAsync("identity", "POST", "/api/auth/password/redeem", new { token = organization.GetProperty("invite_token").GetString(), password = IdentityFixture.Password }, null, from)).Status.ShouldBe(204);
        var login = await fleet.SendAsync("identity", "POST", "/api/auth/login", new { email, password = IdentityFixture.Password }, null, from);
        login.Status.ShouldBe(200, login.Text);
        var key = await fleet.SendAsync("identity", "POST", "/api/keys", new { name = $"{name} key", surfaces = new[] { "console" } }, null, from, ("Cookie", login.Cookie("__Host-thinkwatch_access")));
        key.Status.ShouldBe(201, key.Text);
        return key.Json.GetProperty("key").GetString()!;
    }

    /// <summary>One of everything. Answers its ids by the word in the path that they stand behind.</summary>
    private async Task<Dictionary<string, string>> FurnishAsync(string key)
    {
        var ids = new Dictionary<string, string>();
        var me = (await fleet.SendAsync("identity", "GET", "/api/auth/me", null, key)).Json;
        ids["organizations"] = me.GetProperty("org_id").GetString()!;
        ids["users"] = Id(await fleet.CreateAsync("identity", "/api/admin/users", new { email = $"{Marker}-{Guid.NewGuid():N}@example.com", display_name = Marker, password = IdentityFixture.Password }, key));
        ids["teams"] = Id(await fleet.CreateAsync("identity", "/api/admin/teams", new { name = $"{Marker} team" }, key));
        (await fleet.SendAsync("identity", "PUT", $"/api/admin/teams/{ids["teams"]}/members/{ids["users"]}", new { }, key)).Status.ShouldBe(204);
        ids["members"] = ids["users"];
        ids["roles"] = Id(await fleet.CreateAsync("identity", "/api/admin/roles", new { name = $"{Marker}-role", policy = new { version = 1, statements = new[] { new { effect = "allow", actions = new[] { "keys:read" } } } } }, key));
        ids["keys"] = Id(await fleet.CreateAsync("identity", "/api/keys", new { name = $"{Marker} key", surfaces = new[] { "console" }, user_id = ids["users"] }, key));
        ids["assignment"] = (await fleet.SendAsync("identity", "GET", $"/api/admin/users/{ids["users"]}/roles", null, key)).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        ids["providers"] = Id(await fleet.CreateAsync("admin-api", "/api/admin/providers", new { name = $"{Marker}-{Guid.NewGuid():N}"[..20], display_name = Marker, provider_type = "openai", base_url = "https://api.example.com", api_key = "sk-x" }, key));
        ids["models"] = Id(await fleet.CreateAsync("admin-api", "/api/admin/models", new { model_id = $"{Marker}-model", display_name = Marker }, key));
        ids["routes"] = Id(await fleet.CreateAsync("admin-api", $"/api/admin/models/{ids["models"]}/routes", new { provider_id = ids["providers"], upstream_model = $"{Marker}-up" }, key));
        var rule = await fleet.SendAsync("limits", "POST", $"/api/admin/limits/user/{ids["users"]}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 60, max_count = 5, reason = Marker }, key);
        rule.Status.ShouldBeInRange(200, 201, rule.Text);
        ids["rules"] = Id(rule.Json);
        return ids;
    }

    private async Task<SortedDictionary<string, string>> ReadAllAsync(string key, Dictionary<string, string> ids)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in fleet.Endpoints.Where(e => e.Method == "GET" && (e.Service == "identity" || e.Path.StartsWith("/api/admin/", StringComparison.Ordinal)) && !e.Path.Contains("logs", StringComparison.Ordinal)))
        {
            foreach (var path in Paths(endpoint, ids))
            {
                var answer = await fleet.SendAsync(endpoint.Service, "GET", path, null, key);
                if (answer.Status == 200)
                    all[path] = Moving().Replace(answer.Text, "");
            }
        }

        return all;
    }

    /// <summary>The path with each parameter replaced by the id that belongs behind the word before it; limits by every kind of subject.</summary>
    private static IEnumerable<string> Paths(ApiEndpoint endpoint, Dictionary<string, string> ids)
    {
        if (endpoint.Path.Contains("{kind}", StringComparison.Ordinal))
        {
            foreach (var (kind, word) in new[] { ("user", "users"), ("api_key", "keys"), ("team", "teams"), ("provider", "providers"), ("model", "models"), ("role", "roles"), ("organization", "organizations") })
                yield return Parameter().Replace(endpoint.Path.Replace("{kind}", kind, StringComparison.Ordinal).Replace("{id}", ids[word], StringComparison.Ordinal), m => ids["rules"]);
            yield break;
        }

        yield return Parameter().Replace(endpoint.Path, m => m.Groups["name"].Value == "assignmentId" ? ids["assignment"] : ids.GetValueOrDefault(m.Groups["word"].Value, Guid.Empty.ToString()));
    }

    private static string Id(JsonElement body) => body.GetProperty("id").GetString()!;

    // Times of use move by themselves.
    [GeneratedRegex("\"(last_used_at|last_seen_at|latency_ms|updated_at)\":(\"[^\"]*\"|null|[0-9.]+),?")]
    private static partial Regex Moving();

    [GeneratedRegex(@"(?<=/(?<word>[a-z-]+)/)\{(?<name>[^}]+)\}|\{(?<name>[^}]+)\}")]
    private static partial Regex Parameter();
}
