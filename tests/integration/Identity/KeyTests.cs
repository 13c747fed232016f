using System.Text.Json;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class KeyTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private static readonly string[] Everything = ["ai_gateway", "mcp_gateway", "console"];

    [Fact]
    public async Task Authenticate_NewKey_AnswersWhoAndWhat()
    {
        var key = await identity.CreateKeyAsync(new
        {
            name = "ci",
            surfaces = new[] { "ai_gateway" },
            allowed_models = new[] { "gpt-*" },
            allowed_mcp_tools = Array.Empty<string>(),
            tags = new[] { "ci" },
            cost_center = "R&D",
        });

        var reply = await identity.AuthenticateAsync(key.GetProperty("key").GetString()!);

        reply.Outcome.ShouldBe(AuthOutcome.Ok);
        reply.Principal.UserEmail.ShouldBe(IdentityFixture.AdminEmail);
        reply.Principal.Surfaces.ShouldBe(["ai_gateway"]);
        reply.Principal.KeyModels.Items.ShouldBe(["gpt-*"]);
        reply.Principal.KeyMcpTools.Items.ShouldBeEmpty();
        reply.Principal.RoleModels.ShouldBeNull();
        reply.Principal.Tags.ShouldBe(["ci"]);
        reply.Principal.CostCenter.ShouldBe("R&D");
        reply.Principal.Permissions.ShouldContain("ai_gateway:use");
        reply.Principal.ExpiresAtUnixMs.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddDays(89).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Create_SeveralFaults_NamesEveryField()
    {
        var answer = await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", new { name = "", surfaces = new[] { "nowhere" }, expires_in_days = -1, tags = new[] { "" } });

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(["name", "surfaces", "tags", "expires_in_days"], ignoreOrder: true);
    }

    [Fact]
    public async Task Create_UnknownFields_NamesThemAll()
    {
        var answer = await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", new { name = "x", surfaces = Everything, nmae = 1, org_id = "y" });

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(["nmae", "org_id"], ignoreOrder: true);
    }

    [Fact]
    public async Task Rotate_DefaultGrace_BothSecretsWorkAndTheLineageStays()
    {
        var old = await identity.CreateKeyAsync(new { name = "r", surfaces = Everything });

        var rotated = await identity.AsAdminAsync(HttpMethod.Post, $"/api/keys/{old.GetProperty("id")}/rotate");

        rotated.Status.ShouldBe(200, rotated.Text);
        rotated.Json.GetProperty("id").GetString().ShouldNotBe(old.GetProperty("id").GetString());
        rotated.Json.GetProperty("lineage_id").GetString().ShouldBe(old.GetProperty("lineage_id").GetString());
        (await identity.AuthenticateAsync(old.GetProperty("key").GetString()!)).Outcome.ShouldBe(AuthOutcome.Ok);
        (await identity.AuthenticateAsync(rotated.Json.GetProperty("key").GetString()!)).Principal.KeyLineageId.ShouldBe(old.GetProperty("lineage_id").GetString());
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/keys/{old.GetProperty("id")}/rotate")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task Rotate_NoGrace_OldSecretIsExpiredAtOnce()
    {
        var old = await identity.CreateKeyAsync(new { name = "r0", surfaces = Everything });

        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/keys/{old.GetProperty("id")}/rotate", new { grace_period_secs = 0 })).Status.ShouldBe(200);

        (await identity.AuthenticateAsync(old.GetProperty("key").GetString()!)).Outcome.ShouldBe(AuthOutcome.Expired);
    }

    [Fact]
    public async Task Patch_StaleIfMatch_ChangesNothing()
    {
        var key = await identity.CreateKeyAsync(new { name = "before", surfaces = Everything, allowed_models = new[] { "a" } });
        var path = $"/api/keys/{key.GetProperty("id")}";
        var first = await identity.AsAdminAsync(HttpMethod.Patch, path, new { name = "after", allowed_models = (string[]?)null });

        var second = await identity.AsAdminAsync(HttpMethod.Patch, path, new { name = "lost" }, ("If-Match", "\"1\""));
        var third = await identity.AsAdminAsync(HttpMethod.Patch, path, new { cost_center = "cc" }, ("If-Match", first.ETag!));

        second.Status.ShouldBe(412);
        third.Status.ShouldBe(200, third.Text);
        third.Json.GetProperty("name").GetString().ShouldBe("after");
        third.Json.GetProperty("allowed_models").ValueKind.ShouldBe(JsonValueKind.Null);
        third.Json.GetProperty("surfaces").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Ephemeral_OfAKey_IsHiddenShortAndDiesWithIt()
    {
        var parent = await identity.CreateKeyAsync(new { name = "parent", surfaces = new[] { "console", "ai_gateway" }, allowed_models = new[] { "m" } });
        var parentKey = parent.GetProperty("key").GetString()!;

        var answer = await identity.SendAsync(HttpMethod.Post, "/api/keys/ephemeral", new { }, parentKey);

        answer.Status.ShouldBe(201, answer.Text);
        var ephemeral = answer.Json.GetProperty("key").GetString()!;
        answer.Json.GetProperty("expires_at").GetDateTimeOffset().ShouldBeLessThan(DateTimeOffset.UtcNow.AddMinutes(15.1));
        var reply = await identity.AuthenticateAsync(ephemeral);
        reply.Principal.Surfaces.ShouldBe(["console", "ai_gateway"], ignoreOrder: true);
        reply.Principal.KeyModels.Items.ShouldBe(["m"]);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/keys?limit=1000")).Text.ShouldNotContain(answer.Json.GetProperty("id").GetString()!);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys/ephemeral", new { }, ephemeral)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "forever", surfaces = new[] { "console" } }, ephemeral)).Status.ShouldBe(403);

        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/keys/{parent.GetProperty("id")}")).Status.ShouldBe(204);
        (await identity.AuthenticateAsync(parentKey)).Outcome.ShouldBe(AuthOutcome.Revoked);
        (await identity.AuthenticateAsync(ephemeral)).Outcome.ShouldBe(AuthOutcome.Revoked);
    }

    [Fact]
    public async Task List_PagesAndSearch_GiveEveryKeyOnce()
    {
        var mark = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 7; i++)
            await identity.CreateKeyAsync(new { name = $"{mark}-{i}", surfaces = Everything });

        foreach (var sort in new[] { "-created_at", "created_at", "name", "-name" })
        {
            var names = new List<string>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = (await identity.AsAdminAsync(HttpMethod.Get, $"/api/keys?q={mark}&limit=3&sort={sort}&cursor={cursor}")).Json;
                names.AddRange(page.GetProperty("items").EnumerateArray().Select(k => k.GetProperty("name").GetString()!));
                cursor = page.GetProperty("next_cursor").GetString();
            }

            var expected = Enumerable.Range(0, 7).Select(i => $"{mark}-{i}");
            names.ShouldBe(sort.StartsWith('-') ? expected.Reverse() : expected, sort);
        }

        (await identity.AsAdminAsync(HttpMethod.Get, "/api/keys?cursor=nonsense")).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/keys?sort=key_sha256")).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/keys?q=%25&limit=1000")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Developer_OthersKeys_DoNotExist()
    {
        var foreign = await identity.CreateKeyAsync(new { name = "admins", surfaces = Everything });
        var (_, _, developer) = await identity.CreatePersonAsync();
        var path = $"/api/keys/{foreign.GetProperty("id")}";

        (await identity.SendAsync(HttpMethod.Get, path, key: developer)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Patch, path, new { name = "mine" }, developer)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Post, $"{path}/rotate", key: developer)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Delete, path, key: developer)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Get, "/api/keys", key: developer)).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await identity.SendAsync(HttpMethod.Get, "/api/admin/users", key: developer)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Create_ForSomebodyMorePowerful_IsRefused()
    {
        var (_, _, admin) = await identity.CreatePersonAsync("admin");

        var answer = await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "up", surfaces = Everything, user_id = identity.AdminId }, admin);

        answer.Status.ShouldBe(403, answer.Text);
    }

    [Fact]
    public async Task Create_ByARestrictedKey_HandsOnNoMoreThanItHas()
    {
        var narrow = (await identity.CreateKeyAsync(new { name = "narrow", surfaces = new[] { "console" }, allowed_models = new[] { "gpt-4*" } })).GetProperty("key").GetString()!;

        var wide = await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "wide", surfaces = new[] { "console", "ai_gateway" } }, narrow);
        var same = await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "same", surfaces = new[] { "console" }, allowed_models = new[] { "gpt-4o" } }, narrow);

        wide.Status.ShouldBe(400);
        wide.Json.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(["surfaces", "allowed_models"], ignoreOrder: true);
        same.Status.ShouldBe(201, same.Text);
    }

    [Fact]
    public async Task Caller_WithoutConsoleSurface_IsRefused()
    {
        var key = (await identity.CreateKeyAsync(new { name = "gw", surfaces = new[] { "ai_gateway" } })).GetProperty("key").GetString()!;

        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", key: key)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", key: "tw-unknown")).Status.ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me")).Status.ShouldBe(401);
    }
}
