namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Attempts to come by more than one has. Each must fail, and the same by somebody who holds it must work.</summary>
public sealed class EscalationTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task SelfGrant_ByAnyRoute_IsRefused()
    {
        var (id, _, admin) = await identity.CreatePersonAsync("admin");

        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{id}/roles", new { role = "super_admin" }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { roles = new[] { "admin", "super_admin" } }, admin)).Status.ShouldBe(400);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { platform_admin = true }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/roles", new { name = "bodies", policy = Allow("audit:read_bodies") }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/roles", new { name = "star", policy = Allow("*") }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/roles", new { name = "fine", policy = Allow("keys:read") }, admin)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task OwnRole_MadeStronger_IsRefused()
    {
        var role = await CreateRoleAsync("half", Allow("roles:*", "users:*", "keys:*"), identity.AdminKey);
        var (_, _, half) = await identity.CreatePersonAsync("half");

        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/roles/{role}", new { policy = Allow("roles:*", "users:*", "keys:*", "settings:write") }, half)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/roles/{role}", new { policy = Allow("roles:*", "users:*") }, half)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task ADenialOfOneself_CannotBeShed()
    {
        var deny = await CreateRoleAsync("no-settings", Statement("deny", "settings:write"), identity.AdminKey);
        var (id, _, admin) = await identity.CreatePersonAsync("admin");
        var held = await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/roles", new { role = "no-settings" });
        var assignment = held.Json.GetProperty("items").EnumerateArray().Single(a => a.GetProperty("role").GetString() == "no-settings").GetProperty("id").GetString();

        (await identity.SendAsync(HttpMethod.Delete, $"/api/admin/users/{id}/roles/{assignment}", null, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { roles = new[] { "admin" } }, admin)).Status.ShouldBe(400);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/roles/{deny}", new { policy = Statement("deny", "pii:write") }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Delete, $"/api/admin/roles/{deny}?reassign_to={await RoleIdAsync("viewer")}", null, admin)).Status.ShouldBe(403);
        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/roles/{assignment}")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Superior_ResetDisableLogoutOrWeaken_IsRefused()
    {
        var (boss, _, _) = await identity.CreatePersonAsync("super_admin");
        var (_, _, admin) = await identity.CreatePersonAsync("admin");
        var (peer, _, _) = await identity.CreatePersonAsync("admin");

        foreach (var mode in new[] { "link", "password" })
            (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{boss}/password-reset", new { mode }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{boss}", new { status = "disabled" }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{boss}", new { roles = new[] { "viewer" } }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{boss}/logout", null, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{boss}/roles", new { role = "viewer" }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "k", surfaces = new[] { "console" }, user_id = boss }, admin)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{peer}/password-reset", new { mode = "link" }, admin)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Import_OfAStrongerRole_ChangesNothing()
    {
        var weak = await CreateRoleAsync("imported-weak", Allow("keys:read"), identity.AdminKey);
        var (_, _, admin) = await identity.CreatePersonAsync("admin");

        var answer = await identity.SendAsync(HttpMethod.Post, "/api/admin/roles/import", new
        {
            version = 1,
            roles = new object[] { new { name = "imported-new", policy = Allow("models:read") }, new { name = "imported-weak", policy = Allow("users:delete") } },
        }, admin);

        answer.Status.ShouldBe(403, answer.Text);
        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/roles/{weak}")).Json.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldBe(["keys:read"]);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/roles?q=imported-new")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Scope_OfATeamManager_CannotBeLeft()
    {
        var (red, blue) = (await identity.CreateTeamAsync(), await identity.CreateTeamAsync());
        var (manager, _, key) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{red}/members/{manager}", new { manager = true })).Status.ShouldBe(204);
        var (both, _, _) = await identity.CreatePersonAsync("viewer");
        var (loner, _, _) = await identity.CreatePersonAsync("viewer");
        foreach (var team in new[] { red, blue })
            (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{team}/members/{both}")).Status.ShouldBe(204);

        // Roles beyond the team, roles beyond one's own, and people beyond the team.
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{manager}/roles", new { role = "team_manager", team_id = blue }, key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{manager}/roles", new { role = "team_manager" }, key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{manager}/roles", new { role = "admin", team_id = red }, key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{both}", new { status = "disabled" }, key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{both}/password-reset", null, key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Put, $"/api/admin/teams/{red}/members/{loner}", null, key)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Put, $"/api/admin/teams/{blue}/members/{manager}", null, key)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/users", Person(null, "viewer"), key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/users", Person(blue, "viewer"), key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/users", Person(red, "admin"), key)).Status.ShouldBe(400);

        var created = await identity.SendAsync(HttpMethod.Post, "/api/admin/users", Person(red, "developer"), key);
        created.Status.ShouldBe(201, created.Text);
        created.Json.GetProperty("roles").GetArrayLength().ShouldBe(0, "the role is held in the team only");
        (await identity.SendAsync(HttpMethod.Post, $"/api/admin/users/{created.Json.GetProperty("id")}/roles", new { role = "team_manager", team_id = red }, key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Key_WiderThanItsOwner_IsRefused()
    {
        var policy = new
        {
            version = 1,
            statements = new object[]
            {
                new { effect = "allow", actions = new[] { "keys:create", "keys:read", "keys:update" }, resources = new[] { "*" } },
                new { effect = "allow", actions = new[] { "ai_gateway:use" }, resources = new[] { "model:gpt-4o*" } },
            },
        };
        await CreateRoleAsync("narrow", policy, identity.AdminKey);
        var (id, _, _) = await identity.CreatePersonAsync("narrow");

        (await KeyAsync(new[] { "mcp_gateway" }, null)).ShouldNotBe(201, "a surface that the owner may not use");
        (await KeyAsync(new[] { "ai_gateway" }, new[] { "*" })).ShouldNotBe(201, "models that the owner may not use");
        (await KeyAsync(new[] { "ai_gateway" }, new[] { "claude-*" })).ShouldNotBe(201);
        (await KeyAsync(new[] { "ai_gateway" }, new[] { "gpt-4o-mini" })).ShouldBe(201);

        async Task<int> KeyAsync(string[] surfaces, string[]? models) =>
            (await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "k", user_id = id, surfaces, allowed_models = models }, identity.AdminKey)).Status;
    }

    [Fact]
    public async Task AnotherOrganization_IsActedInByPlatformAdministratorsOnly()
    {
        var (_, _, admin) = await identity.CreatePersonAsync("super_admin");
        (await identity.SendAsync(HttpMethod.Get, "/api/admin/users", null, admin, ("x-thinkwatch-org", Guid.NewGuid().ToString()))).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Get, "/api/admin/users", null, admin)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task LastSuperAdmin_ByAnyRoute_Stays()
    {
        var own = (await identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{identity.AdminId}/roles")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        await CreateRoleAsync("lock-out", Statement("deny", "*"), identity.AdminKey);
        var (others, _, _) = await identity.CreatePersonAsync("super_admin");
        foreach (var other in await SuperAdminsAsync())
            (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{other}", new { status = "disabled" })).Status.ShouldBe(200);

        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{identity.AdminId}/roles/{own}")).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{identity.AdminId}")).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{identity.AdminId}/roles", new { role = "lock-out" })).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{identity.AdminId}", new { status = "disabled" })).Status.ShouldBe(409);
        others.ShouldNotBeNull();
    }

    private static object Person(string? team, string role) => new
    {
        email = $"{Guid.NewGuid():N}@example.com",
        display_name = "P",
        password = IdentityFixture.Password,
        roles = new[] { role },
        team_ids = team is null ? [] : new[] { team },
    };

    private static object Allow(params string[] actions) => Statement("allow", actions);

    private static object Statement(string effect, params string[] actions) => new { version = 1, statements = new[] { new { effect, actions, resources = new[] { "*" } } } };

    private async Task<string> CreateRoleAsync(string name, object policy, string key)
    {
        var answer = await identity.SendAsync(HttpMethod.Post, "/api/admin/roles", new { name, policy }, key);
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private async Task<string> RoleIdAsync(string name) => await identity.QueryAsync<string>($"SELECT id::text FROM roles WHERE name = '{name}' LIMIT 1");

    private async Task<List<string>> SuperAdminsAsync() =>
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/users?limit=1000&status=active")).Json.GetProperty("items").EnumerateArray()
            .Where(u => u.GetProperty("roles").EnumerateArray().Any(r => r.GetString() == "super_admin") && u.GetProperty("id").GetString() != identity.AdminId)
            .Select(u => u.GetProperty("id").GetString()!).ToList();
}
