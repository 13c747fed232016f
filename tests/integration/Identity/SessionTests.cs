using StackExchange.Redis;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class SessionTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Access = "__Host-thinkwatch_access";
    private const string Refresh = "__Host-thinkwatch_refresh";
    private static readonly (string, string) Ours = ("x-requested-with", "test");
    private static int _address;

    [Fact]
    public async Task Login_WrongPasswordUnknownOrDisabled_AnswerAlike()
    {
        var (id, email, _) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "disabled" })).Status.ShouldBe(200);

        var answers = new[]
        {
            await LoginAsync(IdentityFixture.AdminEmail, "Wrong-Password-1"),
            await LoginAsync("nobody@example.com", IdentityFixture.Password),
            await LoginAsync(email, IdentityFixture.Password),
        };

        answers.Select(a => a.Status).ShouldBe([401, 401, 401]);
        answers.Select(a => a.Json.GetProperty("detail").GetString()).Distinct().Count().ShouldBe(1);
        answers.SelectMany(a => a.Cookies).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cookie_WithAndWithoutCsrfProof_ChangesOnlyWithIt()
    {
        var session = await LoginAsync(IdentityFixture.AdminEmail.ToUpperInvariant(), IdentityFixture.Password);
        session.Status.ShouldBe(200, session.Text);
        var cookie = ("Cookie", session.Cookie(Access));
        var body = new { name = "by cookie", surfaces = new[] { "console" } };
        var host = identity.Service.Http.Authority;

        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", headers: cookie)).Status.ShouldBe(200);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", body, headers: cookie)).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", body, null, cookie, Ours, ("Origin", "https://evil.example"))).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", body, null, cookie, Ours, ("Sec-Fetch-Site", "cross-site"))).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", body, null, cookie, Ours, ("Origin", $"http://{host}"))).Status.ShouldBe(201);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", body, null, cookie, Ours, ("Origin", "https://watch.example"), ("X-Forwarded-Host", "watch.example"))).Status.ShouldBe(201);
        (await identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = IdentityFixture.AdminEmail, password = IdentityFixture.Password })).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Refresh_SpentTokenComesBack_EndsTheSession()
    {
        var login = await LoginAsync(IdentityFixture.AdminEmail, IdentityFixture.Password);
        var address = ("X-Forwarded-For", $"198.51.100.{_address}");
        var first = await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, address, ("Cookie", login.Cookie(Refresh)));
        first.Status.ShouldBe(204, first.Text);
        (await MeAsync(first.Cookie(Access))).ShouldBe(200);

        var forged = first.Cookie(Refresh).Replace(".1.", ".2.", StringComparison.Ordinal);
        (await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, address, ("Cookie", forged))).Status.ShouldBe(401);
        (await MeAsync(first.Cookie(Access))).ShouldBe(200, "a made-up token must not be able to end a session");

        var replay = await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, address, ("Cookie", login.Cookie(Refresh)));

        replay.Status.ShouldBe(401);
        (await MeAsync(first.Cookie(Access))).ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, address, ("Cookie", first.Cookie(Refresh)))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Refresh_FromAnotherAddress_IsRefused()
    {
        var login = await LoginAsync(IdentityFixture.AdminEmail, IdentityFixture.Password);

        var moved = await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, ("X-Forwarded-For", "203.0.113.99"), ("Cookie", login.Cookie(Refresh)));

        moved.Status.ShouldBe(401);
    }

    [Fact]
    public async Task Logout_ThenAnything_IsRefused()
    {
        var login = await LoginAsync(IdentityFixture.AdminEmail, IdentityFixture.Password);
        var cookie = ("Cookie", login.Cookie(Access));

        (await identity.SendAsync(HttpMethod.Post, "/api/auth/logout", null, null, cookie, Ours)).Status.ShouldBe(204);

        (await MeAsync(login.Cookie(Access))).ShouldBe(401);
    }

    [Fact]
    public async Task DisabledUser_OpenSession_EndsAtOnce()
    {
        var (id, email, _) = await identity.CreatePersonAsync();
        var login = await LoginAsync(email, IdentityFixture.Password);
        (await MeAsync(login.Cookie(Access))).ShouldBe(200);

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "disabled" })).Status.ShouldBe(200);
        (await MeAsync(login.Cookie(Access))).ShouldBe(401);

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { status = "active" })).Status.ShouldBe(200);
        (await MeAsync(login.Cookie(Access))).ShouldBe(401, "enabling somebody does not revive what was ended");
    }

    [Fact]
    public async Task Login_EleventhAttemptInAMinute_MustWait()
    {
        var from = NextAddress();
        for (var i = 0; i < 10; i++)
            (await LoginAsync("guess@example.com", "Wrong-Password-1", from)).Status.ShouldBe(401);

        var answer = await LoginAsync("guess@example.com", "Wrong-Password-1", from);

        answer.Status.ShouldBe(429);
        answer.RetryAfter!.Value.ShouldBeInRange(TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(60));
        (await LoginAsync("other@example.com", "Wrong-Password-1", from)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Login_AfterTheStoreForgotItsScripts_IsAnsweredAsBefore()
    {
        var from = NextAddress();
        (await LoginAsync("guess@example.com", "Wrong-Password-1", from)).Status.ShouldBe(401);
        using (var redis = await ConnectionMultiplexer.ConnectAsync(await identity.RedisAsync() + ",allowAdmin=true"))
            await redis.GetServer(redis.GetEndPoints()[0]).ScriptFlushAsync();

        (await LoginAsync("guess@example.com", "Wrong-Password-1", from)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Login_FortyAtOnceFromOneAddress_ExactlyThirtyAreTried()
    {
        var from = NextAddress();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => LoginAsync($"user{i}@example.com", "Wrong-Password-1", from)));

        answers.Count(a => a.Status == 401).ShouldBe(30);
        answers.Count(a => a.Status == 429).ShouldBe(10);
    }

    [Fact]
    public async Task LastSuperAdmin_CannotBeRemoved()
    {
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{identity.AdminId}", new { status = "disabled" })).Status.ShouldBe(409);
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{identity.AdminId}", new { roles = new[] { "viewer" } })).Status.ShouldBe(409);
    }

    private static string NextAddress() => $"198.51.100.{Interlocked.Increment(ref _address)}";

    // The peer is loopback, so the address it forwards is believed: every test comes from one of its own.
    private Task<Answer> LoginAsync(string email, string password, string? from = null) =>
        identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password }, null, Ours, ("X-Forwarded-For", from ?? NextAddress()));

    private async Task<int> MeAsync(string cookie) => (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", null, null, ("Cookie", cookie))).Status;
}
