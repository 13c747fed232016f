using System.Diagnostics;
using ThinkWatch.Identity.Totp;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Invitations, resets, second factors, sessions: how somebody comes to be signed in, and stops being so.</summary>
public sealed class SignInTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Access = "__Host-thinkwatch_access";
    private const string Another = "Another-Horse-7-Staple";
    private static readonly (string, string) Ours = ("x-requested-with", "test");
    private static int _address;

    [Fact]
    public async Task Invitation_ChoosesAPasswordOnce()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var invited = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/users", new { email, display_name = "New", invite = true });
        invited.Status.ShouldBe(201, invited.Text);
        invited.Json.GetProperty("invited").GetBoolean().ShouldBeTrue();
        var token = invited.Json.GetProperty("invite_token").GetString()!;
        (await identity.QueryAsync<long>($"SELECT count(*) FROM one_time_tokens WHERE encode(token_sha256, 'escape') LIKE '%{token}%'")).ShouldBe(0);

        (await RedeemAsync(token, "weak")).Status.ShouldBe(400);
        (await RedeemAsync("made-up", Another)).Status.ShouldBe(401);
        (await RedeemAsync(token, Another)).Status.ShouldBe(204);
        (await RedeemAsync(token, Another)).Status.ShouldBe(401);

        (await LoginAsync(email, Another)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task TemporaryPassword_MustBeChangedBeforeAnythingElse()
    {
        var (id, email, _) = await identity.CreatePersonAsync("admin");
        var before = await LoginAsync(email, IdentityFixture.Password);
        var reset = await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/password-reset", new { mode = "password" });
        var temporary = reset.Json.GetProperty("password").GetString()!;
        (await GetAsync("/api/auth/me", before)).Status.ShouldBe(401, "a reset ends the sessions");

        var login = await LoginAsync(email, temporary);
        login.Json.GetProperty("must_change_password").GetBoolean().ShouldBeTrue();
        (await GetAsync("/api/admin/users", login)).Status.ShouldBe(403);
        var other = await LoginAsync(email, temporary);
        (await PostAsync("/api/auth/password", new { current_password = "wrong", new_password = Another }, login)).Status.ShouldBe(400);
        (await PostAsync("/api/auth/password", new { current_password = temporary, new_password = Another }, login)).Status.ShouldBe(204);

        (await GetAsync("/api/admin/users", login)).Status.ShouldBe(200);
        (await GetAsync("/api/auth/me", other)).Status.ShouldBe(401);
        (await LoginAsync(email, temporary)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Totp_FromEnrolmentToRecovery_NoCodeCountsTwice()
    {
        var (id, email, _) = await identity.CreatePersonAsync();
        var session = await LoginAsync(email, IdentityFixture.Password);
        (await PostAsync("/api/auth/totp/enroll", new { password = "wrong" }, session)).Status.ShouldBe(400);
        var enrolled = await PostAsync("/api/auth/totp/enroll", new { password = IdentityFixture.Password }, session);
        enrolled.Json.GetProperty("otpauth_uri").GetString()!.ShouldStartWith("otpauth://totp/");
        var seed = FromBase32(enrolled.Json.GetProperty("secret").GetString()!);
        (await LoginAsync(email, IdentityFixture.Password)).Status.ShouldBe(200, "it is not in force yet");
        (await PostAsync("/api/auth/totp/confirm", new { code = "000000" }, session)).Status.ShouldBe(400);
        var code = TotpCode.At(seed, DateTimeOffset.UtcNow.AddSeconds(-30));
        var confirmed = await PostAsync("/api/auth/totp/confirm", new { code }, session);
        var recovery = confirmed.Json.GetProperty("recovery_codes").EnumerateArray().Select(c => c.GetString()!).ToList();
        recovery.Distinct().Count().ShouldBe(10);

        var asked = await LoginAsync(email, IdentityFixture.Password);
        (asked.Status, asked.Json.GetProperty("type").GetString()).ShouldBe((401, "urn:thinkwatch:problem:totp_required"));
        asked.Cookies.ShouldBeEmpty();
        (await LoginAsync(email, "Wrong-Password-1", code: TotpCode.At(seed, DateTimeOffset.UtcNow))).Json.GetProperty("type").GetString().ShouldBe("urn:thinkwatch:problem:unauthenticated");
        (await LoginAsync(email, IdentityFixture.Password, code: code)).Status.ShouldBe(401, "it confirmed the enrolment");
        var fresh = TotpCode.At(seed, DateTimeOffset.UtcNow);
        (await LoginAsync(email, IdentityFixture.Password, code: fresh)).Status.ShouldBe(200);
        (await LoginAsync(email, IdentityFixture.Password, code: fresh)).Status.ShouldBe(401);
        (await LoginAsync(email, IdentityFixture.Password, recovery: recovery[0].ToUpperInvariant())).Status.ShouldBe(200);
        (await LoginAsync(email, IdentityFixture.Password, recovery: recovery[0])).Status.ShouldBe(401);
        (await identity.QueryAsync<string>($"SELECT totp_seed FROM users WHERE id = '{id}'")).ShouldStartWith("v1.");

        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}/totp")).Status.ShouldBe(204);
        (await LoginAsync(email, IdentityFixture.Password)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Totp_GuessedFromManyAddresses_LocksTheAccountsSecondFactor()
    {
        var (id, email, _) = await identity.CreatePersonAsync();
        var session = await LoginAsync(email, IdentityFixture.Password);
        var seed = FromBase32((await PostAsync("/api/auth/totp/enroll", new { password = IdentityFixture.Password }, session)).Json.GetProperty("secret").GetString()!);
        (await PostAsync("/api/auth/totp/confirm", new { code = TotpCode.At(seed, DateTimeOffset.UtcNow) }, session)).Status.ShouldBe(200);

        var answers = new List<int>();
        for (var i = 0; i < 12; i++)
            answers.Add((await LoginAsync(email, IdentityFixture.Password, code: "123456")).Status);

        answers.ShouldContain(429);
        answers.Count(a => a == 401).ShouldBeLessThanOrEqualTo(10);
        id.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Sessions_AreListedAndEnded_ByTheirOwnerAndAnAdministrator()
    {
        var (id, email, _) = await identity.CreatePersonAsync();
        var (first, second) = (await LoginAsync(email, IdentityFixture.Password), await LoginAsync(email, IdentityFixture.Password));
        var listed = (await GetAsync("/api/auth/sessions", first)).Json.GetProperty("items").EnumerateArray().ToList();
        listed.Count.ShouldBe(2);
        var other = listed.Single(s => !s.GetProperty("current").GetBoolean()).GetProperty("id").GetString();

        (await SendAsync(HttpMethod.Delete, $"/api/auth/sessions/{other}", null, first)).Status.ShouldBe(204);
        (await GetAsync("/api/auth/me", second)).Status.ShouldBe(401);
        (await GetAsync("/api/auth/me", first)).Status.ShouldBe(200);
        (await SendAsync(HttpMethod.Delete, $"/api/auth/sessions/{other}", null, first)).Status.ShouldBe(404);

        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{id}/sessions")).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/logout")).Status.ShouldBe(204);
        (await GetAsync("/api/auth/me", first)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Delete_Restore_Purge_TakeKeysAndSessionsAlong()
    {
        var (id, email, key) = await identity.CreatePersonAsync();
        var session = await LoginAsync(email, IdentityFixture.Password);
        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}")).Status.ShouldBe(204);
        (await identity.AuthenticateAsync(key)).Outcome.ShouldBe(ThinkWatch.Contracts.Identity.AuthOutcome.Disabled);
        (await GetAsync("/api/auth/me", session)).Status.ShouldBe(401);
        (await LoginAsync(email, IdentityFixture.Password)).Status.ShouldBe(401);
        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/admin/users/{id}")).Status.ShouldBe(404);
        (await identity.AsAdminAsync(HttpMethod.Get, "/api/admin/users?status=deleted")).Text.ShouldContain(id);

        (await identity.AsAdminAsync(HttpMethod.Post, $"/api/admin/users/{id}/restore")).Status.ShouldBe(200);
        (await identity.AuthenticateAsync(key)).Outcome.ShouldBe(ThinkWatch.Contracts.Identity.AuthOutcome.Ok);

        (await identity.AsAdminAsync(HttpMethod.Delete, $"/api/admin/users/{id}")).Status.ShouldBe(204);
        await identity.QueryAsync<string>($"UPDATE users SET deleted_at = now() - interval '31 days' WHERE id = '{id}' RETURNING id::text");
        await using var database = new Npgsql.NpgsqlDataSourceBuilder(identity.Database + ";Search Path=identity").Build();
        await new ThinkWatch.Identity.Users.UserPurge(database).RunAsync(TestContext.Current.CancellationToken);
        (await identity.QueryAsync<long>($"SELECT (SELECT count(*) FROM users WHERE id = '{id}') + (SELECT count(*) FROM api_keys WHERE user_id = '{id}')")).ShouldBe(0);
    }

    [Fact]
    public async Task Login_UnknownAndWrong_TakeAboutAsLong()
    {
        var (_, email, _) = await identity.CreatePersonAsync();
        var (wrong, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < 9; i++)
        {
            wrong.Add(await TimeAsync(email));
            unknown.Add(await TimeAsync($"{Guid.NewGuid():N}@example.com"));
        }

        (Median(unknown) / Median(wrong)).ShouldBeInRange(0.4, 2.5);

        async Task<double> TimeAsync(string who)
        {
            var started = Stopwatch.GetTimestamp();
            (await LoginAsync(who, "Wrong-Password-1")).Status.ShouldBe(401);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
    }

    [Theory]
    [InlineData("/api/auth/login")]
    [InlineData("/api/auth/refresh")]
    [InlineData("/api/auth/password/redeem")]
    public async Task AnonymousCookieChange_FromAnotherSite_IsRefused(string path)
    {
        (await identity.SendAsync(HttpMethod.Post, path, new { })).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, path, new { }, null, Ours, ("Origin", "https://evil.example"))).Status.ShouldBe(403);
        (await identity.SendAsync(HttpMethod.Post, path, new { }, null, Ours, ("Sec-Fetch-Site", "cross-site"))).Status.ShouldBe(403);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string NextAddress() => $"192.0.2.{Interlocked.Increment(ref _address)}";

    private Task<Answer> RedeemAsync(string token, string password) =>
        identity.SendAsync(HttpMethod.Post, "/api/auth/password/redeem", new { token, password }, null, Ours, ("X-Forwarded-For", NextAddress()));

    private Task<Answer> LoginAsync(string email, string password, string? code = null, string? recovery = null) =>
        identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password, totp_code = code, recovery_code = recovery }, null, Ours, ("X-Forwarded-For", NextAddress()));

    private Task<Answer> GetAsync(string path, Answer session) => SendAsync(HttpMethod.Get, path, null, session);

    private Task<Answer> PostAsync(string path, object body, Answer session) => SendAsync(HttpMethod.Post, path, body, session);

    private Task<Answer> SendAsync(HttpMethod method, string path, object? body, Answer session) =>
        identity.SendAsync(method, path, body, null, Ours, ("Cookie", session.Cookie(Access)), ("X-Forwarded-For", NextAddress()));

    internal static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
