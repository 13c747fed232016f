using System.Text.Json;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Sign-in through a real OpenID provider: who comes in, as what, and how it ends.</summary>
public sealed class SsoTests(SsoFixture sso) : IClassFixture<SsoFixture>
{
    private readonly IdentityFixture _identity = sso.Identity;

    [Fact]
    public async Task SignIn_FirstTime_MakesAPersonWithTheDefaultRole_AndKnowsThemAgain()
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync(new { name = "Grace\tHopper" });

        var first = await sso.MeAsync(await sso.SignInAsync(login));
        var second = await sso.MeAsync(await sso.SignInAsync(login));

        (first.Json.GetProperty("email").GetString(), first.Json.GetProperty("display_name").GetString()).ShouldBe(($"{login}@example.com", "GraceHopper"));
        Texts(first.Json.GetProperty("roles")).ShouldBe(["developer"]);
        second.Json.GetProperty("id").GetString().ShouldBe(first.Json.GetProperty("id").GetString());
        (await sso.Provider.ControlAsync("state")).GetProperty("challenge_method").GetString().ShouldBe("S256");
        var user = (await _identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{first.Json.GetProperty("id").GetString()}")).Json;
        (user.GetProperty("sso").GetBoolean(), user.GetProperty("invited").GetBoolean()).ShouldBe((true, false));
        (await sso.LoginAsync($"{login}@example.com", "Whatever-Password-1")).Status.ShouldBe(401, "they have no password here");
        (await _identity.QueryAsync<long>("SELECT count(*) FROM audit_outbox WHERE encode(entry, 'escape') LIKE '%user.create%sso%' OR encode(entry, 'escape') LIKE '%auth.login%sso%'")).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task SignIn_ClaimsAtUserinfoOnly_AreRead()
    {
        await sso.ActivateAsync(new { mappings = new[] { new { group = "watchers", role = "viewer" } } });
        var login = await sso.AccountAsync(new { groups = new[] { "watchers" } });
        await sso.Provider.ControlAsync("claims", new { inIdToken = false });
        try
        {
            // The keys are new with it.
            await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
            Texts((await sso.MeAsync(await sso.SignInAsync(login))).Json.GetProperty("roles")).ShouldBe(["developer", "viewer"]);
        }
        finally
        {
            await sso.Provider.ControlAsync("claims", new { inIdToken = true });
            await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Groups_AtEverySignIn_AreGivenAndTaken_WhatPeopleGaveStays()
    {
        var team = await _identity.CreateTeamAsync();
        await sso.ActivateAsync(new
        {
            mappings = new object[] { new { group = "ops", role = "admin" }, new { group = "ops", team_id = team }, new { group = "eyes", role = "viewer" }, new { group = "leads", role = "team_manager", team_id = team } },
        });
        var login = await sso.AccountAsync(new { groups = new[] { "ops", "eyes", "leads", "unknown" } });

        var me = (await sso.MeAsync(await sso.SignInAsync(login))).Json;
        var id = me.GetProperty("id").GetString()!;
        Texts(me.GetProperty("roles")).ShouldBe(["admin", "developer", "viewer"]);
        me.GetProperty("teams").GetArrayLength().ShouldBe(1);
        // An administrator keeps one of them and adds another: from then on the list is theirs, but for what the mapping gave.
        (await _identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { roles = new[] { "admin", "developer", "viewer" } })).Status.ShouldBe(200);
        (await _identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/roles", new { role = "developer", team_id = team })).Status.ShouldBe(200);

        await sso.AccountAsync(new { groups = new[] { "eyes" } }, login);
        me = (await sso.MeAsync(await sso.SignInAsync(login))).Json;

        Texts(me.GetProperty("roles")).Distinct().ShouldBe(["developer", "viewer"]);
        me.GetProperty("teams").GetArrayLength().ShouldBe(0);
        var roles = (await _identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{id}/roles")).Json.GetProperty("items").EnumerateArray().ToList();
        roles.Select(r => (r.GetProperty("role").GetString(), r.GetProperty("team_id").GetString() == team)).ShouldBe([("developer", false), ("developer", true), ("viewer", false)], ignoreOrder: true);
    }

    [Fact]
    public async Task Groups_ThatWouldTakeTheLastSuperAdministrator_TakeNothing()
    {
        await using var fixture = new SsoFixture(sso.Stores);
        await fixture.InitializeAsync();
        await fixture.ActivateAsync(new { mappings = new[] { new { group = "root", role = "super_admin" } } });
        var login = await fixture.AccountAsync(new { groups = new[] { "root" } });
        await fixture.MeAsync(await fixture.SignInAsync(login));
        await fixture.Identity.QueryAsync<string>($"UPDATE users SET status = 'disabled' WHERE id = '{fixture.Identity.AdminId}' RETURNING id::text");
        await fixture.AccountAsync(new { groups = Array.Empty<string>() }, login);

        Texts((await fixture.MeAsync(await fixture.SignInAsync(login))).Json.GetProperty("roles")).ShouldContain("super_admin");
    }

    [Fact]
    public async Task Account_WithAPassword_IsLinkedByThatPasswordOnly()
    {
        await sso.ActivateAsync();
        var (id, email, _) = await _identity.CreatePersonAsync();
        var login = await sso.AccountAsync(new { email = email.ToUpperInvariant() });

        var met = await sso.SignInAsync(login);

        (met.Location, met.OpenedSession).ShouldBe(("/login?sso=link", false));
        var ticket = met.Answer.Cookie("__Host-thinkwatch_sso_link");
        (await sso.SendAsync(HttpMethod.Get, "/api/auth/sso/link", null, ticket)).Json.GetProperty("email").GetString().ShouldBe(email);
        (await sso.SendAsync(HttpMethod.Get, "/api/auth/sso/link", null, null)).Status.ShouldBe(404);
        (await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = "Wrong-Password-1" }, ticket)).Status.ShouldBe(401);
        (await _identity.QueryAsync<long>($"SELECT count(*) FROM sso_identities WHERE user_id = '{id}'")).ShouldBe(0);
        (await sso.SignInAsync(login)).Location.ShouldBe("/login?sso=link", "nothing is linked yet");

        var linked = await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password }, ticket);
        (linked.Status, linked.Json.GetProperty("id").GetString()).ShouldBe((200, id));
        linked.Cookies.ShouldContain(c => c.StartsWith("__Host-thinkwatch_access="));
        (await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password }, ticket)).Status.ShouldBe(404, "it was for one time");
        (await sso.MeAsync(await sso.SignInAsync(login))).Json.GetProperty("id").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task Account_WithASecondFactor_IsLinkedWithACodeOfIt()
    {
        await sso.ActivateAsync();
        var (id, email, _) = await _identity.CreatePersonAsync();
        var session = (await sso.LoginAsync(email, IdentityFixture.Password)).Cookie("__Host-thinkwatch_access");
        var enrolled = await sso.SendAsync(HttpMethod.Post, "/api/auth/totp/enroll", new { password = IdentityFixture.Password }, session);
        var seed = SignInTests.FromBase32(enrolled.Json.GetProperty("secret").GetString()!);
        var code = ThinkWatch.Identity.Totp.TotpCode.At(seed, DateTimeOffset.UtcNow.AddSeconds(-30));
        var recovery = Texts((await sso.SendAsync(HttpMethod.Post, "/api/auth/totp/confirm", new { code }, session)).Json.GetProperty("recovery_codes"));
        var ticket = (await sso.SignInAsync(await sso.AccountAsync(new { email }))).Answer.Cookie("__Host-thinkwatch_sso_link");

        var asked = await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password }, ticket);
        asked.Json.GetProperty("type").GetString().ShouldBe("urn:thinkwatch:problem:totp_required");
        (await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password, totp_code = "000000" }, ticket)).Status.ShouldBe(401);
        var linked = await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password, recovery_code = recovery[0] }, ticket);
        linked.Json.GetProperty("id").GetString().ShouldBe(id, linked.Text);
    }

    [Fact]
    public async Task Disabled_Deleted_Invited_AndUnwanted_AreRefused()
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync();
        var id = (await sso.MeAsync(await sso.SignInAsync(login))).Json.GetProperty("id").GetString();
        (await _identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "disabled" })).Status.ShouldBe(200);
        await RefusedAsync(login, "disabled");
        (await _identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "active" })).Status.ShouldBe(200);
        (await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}")).Status.ShouldBe(204);
        await RefusedAsync(login, "disabled");

        var invited = $"{Guid.NewGuid():N}@example.com";
        await _identity.AsAdminAsync(HttpMethod.Post, "/api/admin/users", new { email = invited, display_name = "New", invite = true });
        await RefusedAsync(await sso.AccountAsync(new { email = invited }), "account_exists");

        await sso.ActivateAsync(new { create_users = false });
        await RefusedAsync(await sso.AccountAsync(), "not_provisioned");
        await sso.ActivateAsync(new { email_domains = new[] { "acme.example" } });
        await RefusedAsync(await sso.AccountAsync(), "email_domain");
        await sso.ActivateAsync();
    }

    [Fact]
    public async Task SignOut_EndsTheSessionAtTheProviderToo_WithoutShowingTheTokenToScripts()
    {
        await sso.ActivateAsync();
        var session = (await sso.SignInAsync(await sso.AccountAsync())).Answer.Cookie("__Host-thinkwatch_access");

        var ended = await sso.SendAsync(HttpMethod.Post, "/api/auth/logout", new { }, session);

        (ended.Status, ended.Text).ShouldBe((200, """{"redirect_to":"/api/auth/sso/logout"}"""));
        (await sso.SendAsync(HttpMethod.Get, "/api/auth/me", null, session)).Status.ShouldBe(401);
        var ticket = ended.Cookie("__Host-thinkwatch_sso_logout");
        var onward = await sso.ReturnAsync(new Uri(_identity.Service.Http, "/api/auth/sso/logout"), ticket);
        onward.Location.ShouldStartWith($"{sso.Provider.Issuer}/session/end");
        (await sso.Provider.SignOutAsync(new Uri(onward.Location))).ShouldBe(new Uri(_identity.Service.Http, "/login"));
        (await sso.ReturnAsync(new Uri(_identity.Service.Http, "/api/auth/sso/logout"), ticket)).Location.ShouldBe("/login", "it was for one time");

        var local = (await sso.LoginAsync(IdentityFixture.AdminEmail, IdentityFixture.Password)).Cookie("__Host-thinkwatch_access");
        (await sso.SendAsync(HttpMethod.Post, "/api/auth/logout", new { }, local)).Status.ShouldBe(204);
    }

    private static List<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(i => i.GetString()!)];

    private async Task RefusedAsync(string login, string code)
    {
        var answer = await sso.SignInAsync(login);
        (SsoFixture.Parameter(answer.Location, "sso_error"), answer.OpenedSession).ShouldBe((code, false));
        answer.Location.ShouldStartWith("/login?");
    }
}
