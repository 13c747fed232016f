namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>An administrator takes somebody's tie to the provider away: never the last way in, never from who is above, and it is written down.</summary>
public sealed class SsoUnlinkTests(SsoFixture sso) : IClassFixture<SsoFixture>
{
    private readonly IdentityFixture _identity = sso.Identity;

    [Fact]
    public async Task Unlink_OfAnAccountWithAPassword_EndsItsSessionsAndIsAskedToLinkAgain()
    {
        await sso.ActivateAsync();
        var (id, email, _) = await _identity.CreatePersonAsync();
        var login = await sso.AccountAsync(new { email });
        var session = await LinkAsync(login);
        (await ListedAsync(id, "?sso=true&limit=1000"), await ListedAsync(id, "?sso=false&limit=1000")).ShouldBe((true, false));

        var answer = await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/sso");

        answer.Status.ShouldBe(200, answer.Text);
        (answer.Json.GetProperty("sso").GetBoolean(), answer.Json.GetProperty("has_password").GetBoolean()).ShouldBe((false, true));
        (await sso.SendAsync(HttpMethod.Get, "/api/auth/me", null, session)).Status.ShouldBe(401, "the session came of the provider");
        (await sso.SignInAsync(login)).Location.ShouldBe("/login?sso=link");
        (await sso.LoginAsync(email, IdentityFixture.Password)).Status.ShouldBe(200);
        (await ListedAsync(id, "?sso=true&limit=1000")).ShouldBeFalse();
        (await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/sso")).Status.ShouldBe(409, "there is nothing left to unlink");
        (await _identity.QueryAsync<long>(
            $"SELECT count(*) FROM audit_outbox WHERE encode(entry, 'escape') LIKE '%user.sso_unlink%{id}%{sso.Provider.Issuer}%{email}%'")).ShouldBe(1, "the tie is in the record, as it was");
    }

    [Fact]
    public async Task Unlink_OfTheOnlyWayIn_IsRefusedUntilThereIsAPassword()
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync();
        var id = (await sso.MeAsync(await sso.SignInAsync(login))).Json.GetProperty("id").GetString();

        var refused = await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/sso");
        refused.Status.ShouldBe(409, refused.Text);
        refused.Json.GetProperty("detail").GetString()!.ShouldContain("password first");
        await sso.MeAsync(await sso.SignInAsync(login));

        (await _identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/password-reset", new { mode = "password" })).Status.ShouldBe(200);
        (await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/sso")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Unlink_LeavesWhatGroupsGave_ForNoSignInToTake()
    {
        await sso.ActivateAsync(new { mappings = new[] { new { group = "unlinked-eyes", role = "viewer" } } });
        var (id, email, _) = await _identity.CreatePersonAsync();
        var login = await sso.AccountAsync(new { email, groups = new[] { "unlinked-eyes" } });
        await LinkAsync(login);

        (await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/sso")).Status.ShouldBe(200);
        await sso.AccountAsync(new { email, groups = Array.Empty<string>() }, login);
        await LinkAsync(login);

        var roles = (await _identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{id}")).Json.GetProperty("roles").EnumerateArray().Select(static role => role.GetString());
        roles.ShouldBe(["developer", "viewer"]);
    }

    [Fact]
    public async Task Unlink_OfASuperior_OrWithoutThePermission_OrOfAnOlderVersion_IsRefused()
    {
        await sso.ActivateAsync();
        var (boss, email, _) = await _identity.CreatePersonAsync("super_admin");
        var (_, _, admin) = await _identity.CreatePersonAsync("admin");
        var (_, _, viewer) = await _identity.CreatePersonAsync("viewer");
        await LinkAsync(await sso.AccountAsync(new { email }));

        (await _identity.SendAsync(HttpMethod.Delete, $"/api/admin/users/{boss}/sso", key: admin)).Status.ShouldBe(403);
        (await _identity.SendAsync(HttpMethod.Delete, $"/api/admin/users/{boss}/sso", key: viewer)).Status.ShouldBe(403);
        (await _identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{boss}/sso", null, ("If-Match", "\"ffff\""))).Status.ShouldBe(412);
        (await _identity.QueryAsync<long>($"SELECT count(*) FROM sso_identities WHERE user_id = '{boss}'")).ShouldBe(1);
    }

    /// <summary>Signs in at the provider and proves the account by its password; the session that comes of it.</summary>
    private async Task<string> LinkAsync(string login)
    {
        var ticket = (await sso.SignInAsync(login)).Answer.Cookie("__Host-thinkwatch_sso_link");
        var linked = await sso.SendAsync(HttpMethod.Post, "/api/auth/sso/link", new { password = IdentityFixture.Password }, ticket);
        linked.Status.ShouldBe(200, linked.Text);
        return linked.Cookie("__Host-thinkwatch_access");
    }

    private async Task<bool> ListedAsync(string id, string query) =>
        (await _identity.AsAdminAsync(HttpMethod.Get, "/api/admin/users" + query)).Json.GetProperty("items").EnumerateArray().Any(user => user.GetProperty("id").GetString() == id);
}
