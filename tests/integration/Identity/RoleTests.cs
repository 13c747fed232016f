using System.Text.Json;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class RoleTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task Permissions_AreAllListed_WithWhatTheyMean()
    {
        var items = (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/permissions")).Json.GetProperty("items").EnumerateArray().ToList();

        items.Select(i => i.GetProperty("key").GetString()).ShouldBe(ThinkWatch.Identity.Roles.PermissionCatalog.Keys);
        items.ShouldAllBe(i => i.GetProperty("description").GetString()!.Length > 10);
        items.Single(i => i.GetProperty("key").GetString() == "audit:read_bodies").GetProperty("dangerous").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Custom_FromCreateToDelete_IsKeptInHistoryWithAuthorAndDiff()
    {
        var created = await CreateAsync("auditor", Allow("logs:read_all", "roles:read"));
        var path = $"/api/admin/roles/{created.GetProperty("id")}";
        var changed = await identity.AsAdminAsync(HttpMethod.Patch, path, new { policy = Allow("logs:read_all", "audit:read"), description = "Reads" });
        changed.Status.ShouldBe(200, changed.Text);
        changed.Json.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldBe(["logs:read_all", "audit:read"]);
        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { description = "lost" }, ("If-Match", "\"1\""))).Status.ShouldBe(412);
        (await identity.AsAdminAsync(HttpMethod.Delete, path)).Status.ShouldBe(204);

        var history = (await identity.AsAdminAsync(HttpMethod.Get, $"{path}/history")).Json.GetProperty("items").EnumerateArray().ToList();

        history.Select(h => h.GetProperty("action").GetString()).ShouldBe(["role.delete", "role.update", "role.create"]);
        history.ShouldAllBe(h => h.GetProperty("author_email").GetString() == IdentityFixture.AdminEmail);
        history[1].GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("path").GetString()).ShouldBe(["description", "policy.statements[0].actions[1]"]);
    }

    [Fact]
    public async Task Delete_WithHolders_NeedsAnotherRoleForThem()
    {
        var role = await CreateAsync("leaving", Allow("models:read", "ai_gateway:use"));
        var heir = await CreateAsync("heir", Allow("models:read"));
        var (user, _, key) = await identity.CreatePersonAsync("leaving");
        var path = $"/api/admin/roles/{role.GetProperty("id")}";

        (await identity.AsAdminAsync(HttpMethod.Get, $"{path}/members")).Json.GetProperty("items")[0].GetProperty("user_id").GetString().ShouldBe(user);
        (await identity.AsAdminAsync(HttpMethod.Delete, path)).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Delete, $"{path}?reassign_to={heir.GetProperty("id")}")).Status.ShouldBe(204);

        (await identity.AuthenticateAsync(key)).Principal.Permissions.ShouldBe(["models:read"]);
    }

    [Fact]
    public async Task ExportImportClone_CarryThePolicy()
    {
        var role = await CreateAsync("carried", Allow("providers:read"));
        var file = (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/roles/export")).Json;
        var copy = file.GetProperty("roles").EnumerateArray().Single(r => r.GetProperty("name").GetString() == "carried");
        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/roles/{role.GetProperty("id")}")).Status.ShouldBe(204);

        var imported = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles/import", new { version = 1, roles = new[] { copy } });
        imported.Status.ShouldBe(200, imported.Text);
        imported.Json.GetProperty("results")[0].GetProperty("status").GetString().ShouldBe("created");
        var again = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles/import", new { version = 1, roles = new[] { copy } });
        again.Json.GetProperty("results")[0].GetProperty("status").GetString().ShouldBe("unchanged");

        var clone = await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/roles/{again.Json.GetProperty("results")[0].GetProperty("id")}/clone", new { name = "carried2" });
        clone.Status.ShouldBe(201, clone.Text);
        clone.Json.GetProperty("policy").GetRawText().ShouldBe(copy.GetProperty("policy").GetRawText());
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new { name = "carried2", policy = Allow("keys:read") })).Status.ShouldBe(409);
    }

    [Fact]
    public async Task BuiltIn_SuperAdminStays_OthersNeedTheRight()
    {
        var roles = (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/roles?limit=100")).Json.GetProperty("items").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!);
        var superAdmin = $"/api/admin/roles/{roles["super_admin"].GetProperty("id")}";
        var viewer = $"/api/admin/roles/{roles["viewer"].GetProperty("id")}";
        var (_, _, admin) = await identity.CreatePersonAsync("admin");

        (await identity.AsAdminAsync(HttpMethod.Patch, superAdmin, new { policy = Allow("keys:read") })).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Delete, viewer)).Status.ShouldBe(409);
        (await identity.SendAsync(HttpMethod.Patch, viewer, new { description = "x" }, admin)).Status.ShouldBe(403);
        (await identity.AsAdminAsync(HttpMethod.Patch, viewer, new { description = "Looks." })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task ScopedAssignment_ReachesItsTeamOnly_AndExplainSaysWhy()
    {
        var (red, blue) = (await identity.CreateTeamAsync(), await identity.CreateTeamAsync());
        var (manager, _, key) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{red}/members/{manager}", new { manager = true })).Status.ShouldBe(204);
        var (inRed, _, _) = await identity.CreatePersonAsync("viewer");
        var (inBlue, _, _) = await identity.CreatePersonAsync("viewer");
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{red}/members/{inRed}")).Status.ShouldBe(204);
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{blue}/members/{inBlue}")).Status.ShouldBe(204);

        var seen = (await identity.SendAsync(HttpMethod.Get, "/api/admin/users?limit=1000", null, key)).Json.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("id").GetString());
        seen.ShouldBe([manager, inRed], ignoreOrder: true);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{inRed}", new { display_name = "Red" }, key)).Status.ShouldBe(200);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{inBlue}", new { display_name = "Blue" }, key)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/teams/{red}", new { cost_center = "R" }, key)).Status.ShouldBe(200);
        (await identity.SendAsync(HttpMethod.Patch, $"/api/admin/teams/{blue}", new { cost_center = "B" }, key)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Post, "/api/admin/teams", new { name = "mine" }, key)).Status.ShouldBe(403);

        (await ExplainAsync(manager, "users:update", red)).ShouldBe((true, "allows"));
        (await ExplainAsync(manager, "users:update", blue)).ShouldBe((false, "not_here"));
        (await ExplainAsync(manager, "users:update", null)).ShouldBe((false, "not_here"));

        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/teams/{red}")).Status.ShouldBe(204);
        (await identity.AuthenticateAsync(key)).Principal.TeamGrants.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deny_OfAModel_ReachesTheGatewayAndExplain()
    {
        await CreateAsync("no-o3", new { version = 1, statements = new[] { new { effect = "deny", actions = new[] { "ai_gateway:use" }, resources = new[] { "model:o3*" } } } });
        var (user, _, key) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{user}/roles", new { role = "no-o3" })).Status.ShouldBe(200);

        var principal = (await identity.AuthenticateAsync(key)).Principal;
        principal.Permissions.ShouldContain("ai_gateway:use");
        principal.DeniedModels.ShouldBe(["o3*"]);

        (await ExplainAsync(user, "ai_gateway:use", null, "model:o3-mini")).Allowed.ShouldBeFalse();
        (await ExplainAsync(user, "ai_gateway:use", null, "model:gpt-4o")).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Policy_ThatMeansNothing_NamesEveryFault()
    {
        var answer = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new
        {
            name = "Bad Name",
            policy = new { version = 1, statements = new object[] { new { effect = "allow", actions = new[] { "no:such" } }, new { effect = "deny", actions = new[] { "keys:read" }, resources = new[] { "model:x" } } } },
        });

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(["name", "policy.statements[0].actions", "policy.statements[1].resources"], ignoreOrder: true);
    }

    private static object Allow(params string[] actions) => new { version = 1, statements = new[] { new { effect = "allow", actions, resources = new[] { "*" } } } };

    private async Task<JsonElement> CreateAsync(string name, object policy)
    {
        var answer = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new { name, display_name = name, policy });
        answer.Status.ShouldBe(201, answer.Text);
        return answer.Json;
    }

    private async Task<(bool Allowed, string? Outcome)> ExplainAsync(string user, string permission, string? team, string? resource = null)
    {
        var answer = await identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/permissions/explain?user_id={user}&permission={permission}{(team is null ? "" : $"&team_id={team}")}{(resource is null ? "" : $"&resource={resource}")}");
        answer.Status.ShouldBe(200, answer.Text);
        var statements = answer.Json.GetProperty("statements").EnumerateArray().ToList();
        return (answer.Json.GetProperty("allowed").GetBoolean(), statements.Count == 0 ? null : statements[^1].GetProperty("outcome").GetString());
    }
}
