using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>What a key, or the link of an invitation, hands on to who holds it: never more than they have.</summary>
public sealed class HandOnTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task Rotate_OfAWiderKey_ByARestrictedOneOfTheSameOwner_IsRefused()
    {
        var narrow = await identity.CreateKeyAsync(new { name = "narrow", surfaces = new[] { "console" }, allowed_models = new[] { "gpt-4*" } });
        var wide = await identity.CreateKeyAsync(new { name = "wide", surfaces = new[] { "console", "ai_gateway" } });
        var alike = await identity.CreateKeyAsync(new { name = "alike", surfaces = new[] { "console" }, allowed_models = new[] { "gpt-4o" } });

        (await RotateAsync(wide)).Status.ShouldBe(403);
        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/keys/{wide.GetProperty("id")}")).Json.GetProperty("replaced_by").GetString().ShouldBeNull();
        (await RotateAsync(alike)).Status.ShouldBe(200);
        (await RotateAsync(narrow)).Status.ShouldBe(200);

        Task<Answer> RotateAsync(System.Text.Json.JsonElement key) =>
            identity.SendAsync(HttpMethod.Post, $"/api/keys/{key.GetProperty("id")}/rotate", null, narrow.GetProperty("key").GetString());
    }

    [Fact]
    public async Task Keys_MadeByAKeyWithAnAddressList_AreGoodFromThereOnly()
    {
        var listed = (await identity.CreateKeyAsync(new { name = "listed", surfaces = new[] { "console", "ai_gateway" }, ip_allowlist = new[] { "10.1.0.0/16" }, capture_disabled = true }))
            .GetProperty("key").GetString()!;

        var brief = await FromOfficeAsync("/api/keys/ephemeral", new { });
        brief.Status.ShouldBe(201, brief.Text);
        (await FromAsync(brief, "203.0.113.7")).Outcome.ShouldBe(AuthOutcome.AddressNotAllowed);
        var allowed = await FromAsync(brief, "10.1.2.3");
        (allowed.Outcome, allowed.Principal.CaptureDisabled).ShouldBe((AuthOutcome.Ok, true));

        var silent = await FromOfficeAsync("/api/keys", new { name = "silent", surfaces = new[] { "ai_gateway" } });
        (await FromAsync(silent, "203.0.113.7")).Outcome.ShouldBe(AuthOutcome.AddressNotAllowed);
        (await FromOfficeAsync("/api/keys", new { name = "open", surfaces = new[] { "ai_gateway" }, ip_allowlist = Array.Empty<string>() })).Status.ShouldBe(400);
        (await FromOfficeAsync("/api/keys", new { name = "wider", surfaces = new[] { "ai_gateway" }, ip_allowlist = new[] { "10.0.0.0/8" } })).Status.ShouldBe(400);
        (await FromOfficeAsync("/api/keys", new { name = "tighter", surfaces = new[] { "ai_gateway" }, ip_allowlist = new[] { "10.1.7.0/24", "10.1.9.9" } })).Status.ShouldBe(201);

        Task<Answer> FromOfficeAsync(string path, object body) => identity.SendAsync(HttpMethod.Post, path, body, listed, ("X-Forwarded-For", "10.1.9.9"));
    }

    [Fact]
    public async Task Key_ThatWasRotated_EndsWithItsGrace_HoweverItIsChanged()
    {
        var old = await identity.CreateKeyAsync(new { name = "old", surfaces = new[] { "ai_gateway" } });
        var path = $"/api/keys/{old.GetProperty("id")}";
        (await identity.AsAdminAsync(HttpMethod.Post, path + "/rotate", new { grace_period_secs = 3600 })).Status.ShouldBe(200);

        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { expires_in_days = 30 })).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { expires_in_days = (int?)null })).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { expires_at = (DateTimeOffset?)null })).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { name = "old one" })).Status.ShouldBe(200);
        (await identity.AsAdminAsync(HttpMethod.Patch, path, new { expires_at = DateTimeOffset.UtcNow.AddMinutes(5) })).Status.ShouldBe(200);
        var ends = (await identity.AsAdminAsync(HttpMethod.Get, path)).Json.GetProperty("expires_at").GetDateTimeOffset();
        ends.ShouldBeLessThan(DateTimeOffset.UtcNow.AddMinutes(6));
    }

    [Fact]
    public async Task Key_ForSomebodyWhoMayUseMoreModels_IsRefusedUnlessItIsNarrowed()
    {
        var name = $"keeper-{Guid.NewGuid():N}"[..20];
        var policy = new
        {
            version = 1,
            statements = new object[]
            {
                new { effect = "allow", actions = new[] { "*" } },
                new { effect = "deny", actions = new[] { "ai_gateway:use" }, resources = new[] { "model:secret-*" } },
            },
        };
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new { name, policy })).Status.ShouldBe(201);
        var (person, _, _) = await identity.CreatePersonAsync(name);
        var keeper = (await identity.CreateKeyAsync(new { name = "keeper", surfaces = new[] { "console", "ai_gateway" }, user_id = person })).GetProperty("key").GetString();
        var (developer, _, _) = await identity.CreatePersonAsync();
        var wide = await identity.CreateKeyAsync(new { name = "wide", surfaces = new[] { "ai_gateway" }, user_id = developer });

        (await CreateAsync(null)).Status.ShouldBe(403);
        (await CreateAsync(["secret-1"])).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, $"/api/keys/{wide.GetProperty("id")}/rotate", null, keeper)).Status.ShouldBe(403);
        var narrow = await CreateAsync(["gpt-4o"]);
        narrow.Status.ShouldBe(201, narrow.Text);
        (await identity.SendAsync(HttpMethod.Post, $"/api/keys/{narrow.Json.GetProperty("id")}/rotate", null, keeper)).Status.ShouldBe(200);

        Task<Answer> CreateAsync(string[]? models) =>
            identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "k", surfaces = new[] { "ai_gateway" }, user_id = developer, allowed_models = models }, keeper);
    }

    [Fact]
    public async Task Key_OfATeam_IsMadeByAManagerWhoseRolesAreAllInThatTeam()
    {
        var team = await identity.CreateTeamAsync();
        var (boss, _, bossKey) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{team}/members/{boss}", new { manager = true })).Status.ShouldBe(204);
        var (manager, member) = (await JoinAsync(), await JoinAsync());
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{team}/members/{manager}", new { manager = true })).Status.ShouldBe(204);
        var managerKey = (await identity.CreateKeyAsync(new { name = "m", surfaces = new[] { "console", "ai_gateway" }, user_id = manager, team_id = team })).GetProperty("key").GetString()!;

        var made = await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "t", surfaces = new[] { "ai_gateway" }, user_id = member, team_id = team }, managerKey);
        made.Status.ShouldBe(201, made.Text);

        async Task<string> JoinAsync()
        {
            var body = new { email = $"{Guid.NewGuid():N}@example.com", display_name = "M", password = IdentityFixture.Password, team_ids = new[] { team } };
            return (await identity.SendAsync(HttpMethod.Post, "/api/admin/users", body, bossKey)).Json.GetProperty("id").GetString()!;
        }
    }

    [Fact]
    public async Task Link_OfSomebodyWhoRoseAboveItsMaker_IsVoid()
    {
        var (_, _, admin) = await identity.CreatePersonAsync("admin");
        var (risen, peer, promoted) = (await InviteAsync(), await InviteAsync(), await InviteAsync());
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{risen.Id}/roles", new { role = "super_admin" })).Status.ShouldBe(200);
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{peer.Id}/roles", new { role = "admin" })).Status.ShouldBe(200);
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{promoted.Id}", new { platform_admin = true })).Status.ShouldBe(200);

        (await RedeemAsync(risen.Token)).ShouldBe(401);
        (await RedeemAsync(promoted.Token)).ShouldBe(401);
        (await RedeemAsync(peer.Token)).ShouldBe(204);

        // Who outranks them gives them another.
        var anew = await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{risen.Id}/password-reset", new { mode = "link" });
        (await RedeemAsync(anew.Json.GetProperty("token").GetString()!)).ShouldBe(204);

        async Task<(string Id, string Token)> InviteAsync()
        {
            var user = await identity.SendAsync(HttpMethod.Post, "/api/admin/users", new { email = $"{Guid.NewGuid():N}@example.com", display_name = "R", invite = true }, admin);
            return (user.Json.GetProperty("id").GetString()!, user.Json.GetProperty("invite_token").GetString()!);
        }

        async Task<int> RedeemAsync(string token) =>
            (await identity.SendAsync(HttpMethod.Post, "/api/auth/password/redeem", new { token, password = "Another-Good-7-Word" }, null, ("x-requested-with", "test"))).Status;
    }

    private async Task<AuthenticateReply> FromAsync(Answer made, string address) => await identity.Wire.AuthenticateAsync(new AuthenticateRequest
    {
        KeySha256 = Google.Protobuf.ByteString.CopyFrom(IdentityFixture.Hash(made.Json.GetProperty("key").GetString()!)),
        ClientIp = address,
    });
}
