using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Sessions that were made up, taken out of their place, or kept beyond their end. The real one works before and after.</summary>
public sealed class SessionTheftTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Access = "__Host-thinkwatch_access";
    private const string Refresh = "__Host-thinkwatch_refresh";
    private static readonly (string, string) Ours = ("x-requested-with", "test");
    private static int _address;

    [Fact]
    public async Task AccessToken_MadeUpOrChanged_IsNobodys()
    {
        var (_, email, _) = await identity.CreatePersonAsync("viewer");
        var cookie = (await LoginAsync(email)).Cookie(Access);
        var token = cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0];
        var parts = token.Split('.');
        parts.Length.ShouldBe(3);
        var admin = JsonNode.Parse(FromBase64Url(parts[1]))!.AsObject();
        admin["sub"] = identity.AdminId;
        var head = JsonSerializer.Serialize(new { alg = "none", typ = "JWT" });

        string[] forged =
        [
            $"{parts[0]}.{ToBase64Url(admin.ToJsonString())}.{parts[2]}",
            $"{ToBase64Url(head)}.{parts[1]}.",
            $"{ToBase64Url(head)}.{ToBase64Url(admin.ToJsonString())}.",
            Signed(parts[0], ToBase64Url(admin.ToJsonString()), "a secret that is not this installation's"),
            Signed(parts[0], parts[1], ""),
            token[..^2],
            $"{token}.{parts[2]}",
            "",
        ];
        foreach (var made in forged) (await MeAsync($"{Access}={made}")).ShouldBe(401, made);
        (await MeAsync($"{Access}={token}")).ShouldBe(200);
    }

    [Fact]
    public async Task Token_OutOfItsPlace_IsNobodys()
    {
        var (_, email, _) = await identity.CreatePersonAsync("viewer");
        var session = await LoginAsync(email);
        var (access, refresh) = (ValueOf(session.Cookie(Access)), ValueOf(session.Cookie(Refresh)));

        (await MeAsync($"{Access}={refresh}")).ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", key: access)).Status.ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, ("X-Forwarded-For", AddressNow()), ("Cookie", $"{Refresh}={access}"))).Status.ShouldBe(401);
        (await MeAsync($"{Access}={access}")).ShouldBe(200);
    }

    [Fact]
    public async Task PasswordChanged_WhoeverElseIsSignedIn_IsOut()
    {
        var (_, email, _) = await identity.CreatePersonAsync("viewer");
        var thief = await LoginAsync(email);
        var thiefsAddress = AddressNow();
        var owner = await LoginAsync(email);

        var changed = await identity.SendAsync(
            HttpMethod.Post, "/api/auth/password", new { current_password = IdentityFixture.Password, new_password = "Another-Passw0rd-9" }, null, Ours,
            ("X-Forwarded-For", AddressNow()), ("Cookie", owner.Cookie(Access)));
        changed.Status.ShouldBeInRange(200, 204, changed.Text);

        (await MeAsync(thief.Cookie(Access))).ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Post, "/api/auth/refresh", null, null, Ours, ("X-Forwarded-For", thiefsAddress), ("Cookie", thief.Cookie(Refresh)))).Status.ShouldBe(401);
        (await LoginAsync(email, "Another-Passw0rd-9")).Status.ShouldBe(200);
    }

    private static string Signed(string head, string body, string secret) =>
        $"{head}.{body}.{ToBase64Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes($"{head}.{body}")))}";

    private static string ValueOf(string cookie) => cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0];

    private static string ToBase64Url(string text) => ToBase64Url(Encoding.UTF8.GetBytes(text));

    private static string ToBase64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] FromBase64Url(string text)
    {
        var plain = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
    }

    private static string AddressNow() => $"203.0.113.{_address}";

    private Task<Answer> LoginAsync(string email, string password = IdentityFixture.Password)
    {
        Interlocked.Increment(ref _address);
        return identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password }, null, Ours, ("X-Forwarded-For", AddressNow()));
    }

    private async Task<int> MeAsync(string cookie) => (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", null, null, ("X-Forwarded-For", AddressNow()), ("Cookie", cookie))).Status;
}
