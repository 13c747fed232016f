using System.Diagnostics;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>What must not come in: foreign and spent states, tokens that do not hold, silent providers, connections that give more than their maker has.</summary>
public sealed class SsoRefusalTests(SsoFixture sso) : IClassFixture<SsoFixture>
{
    private readonly IdentityFixture _identity = sso.Identity;

    [Fact]
    public async Task State_SpentForeignOrMadeUp_OpensNothing()
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync();
        var (mine, theirs) = (await sso.StartAsync(), await sso.StartAsync());
        var back = await sso.Provider.SignInAsync(mine.Location, login);

        Refused(await sso.ReturnAsync(back, null), "state");
        Refused(await sso.ReturnAsync(back, theirs.Answer.Cookie(SsoFixture.FlowCookie)), "state");
        Refused(await sso.ReturnAsync(new Uri(_identity.Service.Http, "/api/auth/sso/callback?code=x&state=made-up"), mine.Answer.Cookie(SsoFixture.FlowCookie)), "state");
        (await sso.ReturnAsync(back, mine.Answer.Cookie(SsoFixture.FlowCookie))).OpenedSession.ShouldBeTrue();
        Refused(await sso.ReturnAsync(back, mine.Answer.Cookie(SsoFixture.FlowCookie)), "state");
    }

    [Fact]
    public async Task Code_OfAnotherSignIn_IsRefusedByItsVerifier()
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync();
        var (mine, theirs) = (await sso.StartAsync(), await sso.StartAsync());
        var code = SsoFixture.Parameter((await sso.Provider.SignInAsync(theirs.Location, login)).ToString(), "code");
        var own = await sso.Provider.SignInAsync(mine.Location, login);
        var injected = own.ToString().Replace(SsoFixture.Parameter(own.ToString(), "code"), code, StringComparison.Ordinal);
        Refused(await sso.ReturnAsync(new Uri(injected), mine.Answer.Cookie(SsoFixture.FlowCookie)), "exchange");

        var another = await sso.StartAsync();
        var returned = (await sso.Provider.SignInAsync(another.Location, login)).ToString().Replace(Uri.EscapeDataString(sso.Provider.Issuer), "https%3A%2F%2Fevil.example", StringComparison.Ordinal);
        Refused(await sso.ReturnAsync(new Uri(returned), another.Answer.Cookie(SsoFixture.FlowCookie)), "token");
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("expired")]
    [InlineData("audience")]
    [InlineData("party")]
    [InlineData("issuer")]
    [InlineData("at_hash")]
    [InlineData("none")]
    [InlineData("hs256")]
    [InlineData("foreign")]
    public async Task Token_ThatDoesNotHold_IsRefused(string fault)
    {
        await sso.ActivateAsync();
        var login = await sso.AccountAsync();
        await sso.Provider.ControlAsync("tamper", new { mode = fault });
        try
        {
            Refused(await sso.SignInAsync(login), "token");
        }
        finally
        {
            await sso.Provider.ControlAsync("tamper", new { mode = (string?)null });
        }

        (await sso.SignInAsync(login)).OpenedSession.ShouldBeTrue();
    }

    [Fact]
    public async Task Email_MissingOrNotVerified_IsRefused()
    {
        await sso.ActivateAsync();
        Refused(await sso.SignInAsync(await sso.AccountAsync(new { email_verified = false })), "email_unverified");
        Refused(await sso.SignInAsync(await sso.AccountAsync(new { email_verified = (string?)null })), "email_unverified");
        Refused(await sso.SignInAsync(await sso.AccountAsync(new { email = (string?)null })), "email_missing");
    }

    [Fact]
    public async Task Provider_ThatRefuses_IsToldInOurWords()
    {
        await sso.ActivateAsync();
        var cancelled = await sso.SignInAsync("cancel");
        Refused(cancelled, "cancelled");
        _identity.Service.Output.ShouldNotContain("unmistakable provider text");
    }

    [Fact]
    public async Task SigningKey_Rotated_IsFetchedAnew_ButNotForEverySignIn()
    {
        await sso.ActivateAsync();
        (await sso.SignInAsync(await sso.AccountAsync())).OpenedSession.ShouldBeTrue();
        var before = (await sso.Provider.ControlAsync("state")).GetProperty("jwks_reads").GetInt32();
        (await sso.SignInAsync(await sso.AccountAsync())).OpenedSession.ShouldBeTrue();
        (await sso.Provider.ControlAsync("state")).GetProperty("jwks_reads").GetInt32().ShouldBe(before, "the keys are remembered");
        await Task.Delay(TimeSpan.FromSeconds(5.5), TestContext.Current.CancellationToken);
        await sso.Provider.ControlAsync("rotate");

        (await sso.SignInAsync(await sso.AccountAsync())).OpenedSession.ShouldBeTrue();
        (await sso.Provider.ControlAsync("state")).GetProperty("jwks_reads").GetInt32().ShouldBe(before + 1);
        await sso.Provider.ControlAsync("rotate");
        Refused(await sso.SignInAsync(await sso.AccountAsync()), "token");
        (await sso.Provider.ControlAsync("state")).GetProperty("jwks_reads").GetInt32().ShouldBe(before + 1, "a key that is not known is not asked for again within seconds");
        await Task.Delay(TimeSpan.FromSeconds(5.5), TestContext.Current.CancellationToken);
        (await sso.SignInAsync(await sso.AccountAsync())).OpenedSession.ShouldBeTrue();
    }

    [Fact]
    public async Task Provider_ThatHangs_EndsInAnErrorWithinItsDeadline()
    {
        await sso.ActivateAsync();
        var started = await sso.StartAsync();
        var back = await sso.Provider.SignInAsync(started.Location, await sso.AccountAsync());
        Signal("STOP");
        try
        {
            var began = Stopwatch.GetTimestamp();
            Refused(await sso.ReturnAsync(back, started.Answer.Cookie(SsoFixture.FlowCookie)), "unavailable");
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(12));
        }
        finally
        {
            Signal("CONT");
        }
    }

    [Fact]
    public async Task Redirect_AfterSignIn_StaysInTheConsole()
    {
        await sso.ActivateAsync();
        foreach (var (asked, given) in new[] { ("/gateway/logs?view=x", "/gateway/logs?view=x"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("/%0d%0aX: y", "/") })
        {
            var started = await sso.StartAsync($"?redirect={(asked.Contains('%') ? asked : Uri.EscapeDataString(asked))}");
            var returned = await sso.ReturnAsync(await sso.Provider.SignInAsync(started.Location, await sso.AccountAsync()), started.Answer.Cookie(SsoFixture.FlowCookie));
            returned.Location.ShouldBe(given);
        }
    }

    [Fact]
    public async Task Connection_UntestedMovedOrOff_OffersNothing()
    {
        await using var own = new SsoFixture(sso.Stores);
        await own.InitializeAsync();
        var identity = own.Identity;
        (await own.StartAsync()).Location.ShouldBe("/login?sso_error=not_active");
        (await identity.AsAdminAsync(HttpMethod.Put, "/api/admin/sso", own.Body())).Status.ShouldBe(200);
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/activate")).Status.ShouldBe(409);
        (await own.TestSignInAsync(await own.AccountAsync(new { email_verified = false }))).ShouldBe("/admin/sso?test=email_unverified");
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/activate")).Status.ShouldBe(409, "the test failed");
        var tested = await own.AccountAsync(new { groups = new[] { "a", "b" } });
        (await own.TestSignInAsync(tested)).ShouldBe("/admin/sso?test=ok");
        var test = (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/sso")).Json.GetProperty("connection").GetProperty("last_test");
        (test.GetProperty("email").GetString(), test.GetProperty("groups").GetArrayLength()).ShouldBe(($"{tested}@example.com", 2));
        (await identity.QueryAsync<long>($"SELECT count(*) FROM users WHERE email = '{tested}@example.com'")).ShouldBe(0, "a test makes nobody");
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/sso")).Json.GetProperty("active").GetBoolean().ShouldBeFalse();
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/activate")).Status.ShouldBe(200);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/sso")).Json.GetProperty("label").GetString().ShouldBe("Acme ID");

        var moved = new { preset = "generic", issuer = own.Provider.Issuer, client_id = "another", console_url = identity.Service.Http, allow_private_network = true };
        (await identity.AsAdminAsync(HttpMethod.Put, "/api/admin/sso", moved)).Json.GetProperty("errors").TryGetProperty("client_secret", out _).ShouldBeTrue("another client is not sent this one's secret");
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/deactivate")).Status.ShouldBe(200);
        (await own.StartAsync()).Location.ShouldBe("/login?sso_error=not_active");
        (await identity.AsAdminAsync(HttpMethod.Delete, "/api/admin/sso")).Status.ShouldBe(204);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/sso")).Json.GetProperty("connection").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        var told = await identity.QueryAsync<string>("SELECT string_agg(encode(entry, 'escape'), '|' ORDER BY id) FROM audit_outbox");
        foreach (var action in new[] { "sso.create", "sso.test", "sso.activate", "sso.deactivate", "sso.delete" })
            told.ShouldContain(action);
    }

    [Fact]
    public async Task Connection_ThatGivesMoreThanItsMakerHolds_IsRefused()
    {
        var role = await _identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new
        {
            name = $"oidc_{Guid.NewGuid():N}",
            display_name = "Sign-in",
            policy = new { version = 1, statements = new[] { new { effect = "allow", actions = new[] { "system:oidc", "providers:read" } } } },
        });
        role.Status.ShouldBe(201, role.Text);
        var name = role.Json.GetProperty("name").GetString()!;
        var (_, _, key) = await _identity.CreatePersonAsync(name);
        await sso.ActivateAsync(new { default_role = "developer" });

        var put = await _identity.SendAsync(HttpMethod.Put, "/api/admin/sso", sso.Body(new { default_role = name }), key);
        put.Status.ShouldBe(403, "it gives developer now, which they do not hold");
        (await _identity.SendAsync(HttpMethod.Post, "/api/admin/sso/deactivate", new { }, key)).Status.ShouldBe(200);
        await sso.ActivateAsync(new { default_role = name });
        (await _identity.SendAsync(HttpMethod.Put, "/api/admin/sso", sso.Body(new { default_role = "super_admin" }), key)).Status.ShouldBe(403);
        var mapped = await _identity.SendAsync(HttpMethod.Put, "/api/admin/sso", sso.Body(new { default_role = name, mappings = new[] { new { group = "g", role = "admin" } } }), key);
        (mapped.Status, mapped.Json.GetProperty("errors").TryGetProperty("mappings[0].role", out _)).ShouldBe((400, true), mapped.Text);
        (await _identity.SendAsync(HttpMethod.Put, "/api/admin/sso", sso.Body(new { default_role = name, label = "Mine" }), key)).Status.ShouldBe(200);
        (await _identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/activate")).Status.ShouldBe(409, "the secret was set anew: it must be tested");
    }

    [Fact]
    public async Task Discover_PrivateOrForeignIssuer_IsRefused()
    {
        (await DiscoverAsync(sso.Provider.Issuer, false)).Status.ShouldBe(400);
        (await DiscoverAsync("http://id.example.com", false)).Text.ShouldContain("https");
        (await DiscoverAsync("http://169.254.169.254/latest", true)).Status.ShouldBe(400);
        (await DiscoverAsync(sso.Provider.Issuer.Replace("127.0.0.1", "localhost"), true)).Text.ShouldContain("calls itself by another issuer");
        var found = await DiscoverAsync(sso.Provider.Issuer + "/", true);
        found.Json.GetProperty("issuer").GetString().ShouldBe(sso.Provider.Issuer, found.Text);
        found.Json.GetProperty("end_session_endpoint").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Secrets_OfASignIn_AreInNoLogAnswerOrTable()
    {
        await sso.ActivateAsync();
        var started = await sso.StartAsync();
        var back = await sso.Provider.SignInAsync(started.Location, await sso.AccountAsync());
        var cookie = started.Answer.Cookie(SsoFixture.FlowCookie);
        var done = await sso.ReturnAsync(back, cookie);
        var code = SsoFixture.Parameter(back.ToString(), "code");
        (await sso.ReturnAsync(back, cookie)).OpenedSession.ShouldBeFalse();
        string[] secrets = [OpenIdProvider.ClientSecret, code, SsoFixture.Parameter(back.ToString(), "state"), SsoFixture.Parameter(started.Location, "nonce"), cookie.Split('=', 2)[1]];

        var shown = (await _identity.AsAdminAsync(HttpMethod.Get, "/api/admin/sso")).Text + done.Location + done.Answer.Text;
        foreach (var secret in secrets)
        {
            secret.Length.ShouldBeGreaterThan(10);
            shown.ShouldNotContain(secret);
            _identity.Service.Output.ShouldNotContain(secret);
            (await _identity.QueryAsync<long>($"SELECT count(*) FROM audit_outbox WHERE strpos(encode(entry, 'escape'), '{secret}') > 0")).ShouldBe(0);
        }

        (await _identity.QueryAsync<string>("SELECT client_secret FROM sso_connections")).ShouldStartWith("v1.");
    }

    private Task<Answer> DiscoverAsync(string issuer, bool allow) =>
        _identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/discover", new { issuer, allow_private_network = allow });

    private static void Refused(Redirected answer, string code)
    {
        (SsoFixture.Parameter(answer.Location, "sso_error"), answer.OpenedSession).ShouldBe((code, false));
        answer.Location.ShouldStartWith("/login?");
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{sso.Provider.ProcessId}"]);
        kill.WaitForExit();
    }
}
