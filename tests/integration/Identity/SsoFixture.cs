using System.Web;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>An identity service and a real OpenID provider that know each other, and a browser's part between them.</summary>
public sealed class SsoFixture(EmbeddedStores stores) : IAsyncLifetime
{
    public const string FlowCookie = "__Host-thinkwatch_sso";
    private OpenIdProvider? _provider;
    private int _address;

    internal EmbeddedStores Stores => stores;

    internal IdentityFixture Identity { get; } = new(stores);

    internal OpenIdProvider Provider => _provider!;

    public async ValueTask InitializeAsync()
    {
        await Identity.InitializeAsync();
        _provider = await OpenIdProvider.StartAsync(Identity.Service.Http);
    }

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
            await _provider.DisposeAsync();
        await Identity.DisposeAsync();
    }

    internal object Body(object? more = null) => With(
        new
        {
            preset = "generic",
            label = "Acme ID",
            issuer = Provider.Issuer,
            client_id = OpenIdProvider.ClientId,
            client_secret = OpenIdProvider.ClientSecret,
            console_url = Identity.Service.Http.ToString(),
            allow_private_network = true,
            scopes = new[] { "openid", "profile", "email", "groups" },
            name_claim = "name",
            groups_claim = "groups",
            create_users = true,
            default_role = "developer",
        },
        more);

    /// <summary>Set up, tested and active, with these fields besides.</summary>
    internal async Task ActivateAsync(object? more = null)
    {
        var put = await Identity.AsAdminAsync(HttpMethod.Put, "/api/admin/sso", Body(more));
        put.Status.ShouldBe(200, put.Text);
        if (put.Json.GetProperty("status").GetString() == "active")
            return;
        (await TestSignInAsync(await AccountAsync())).ShouldBe("/admin/sso?test=ok");
        (await Identity.AsAdminAsync(HttpMethod.Post, "/api/admin/sso/activate")).Status.ShouldBe(200);
    }

    /// <summary>A test sign-in by the administrator in their own session; where it ends.</summary>
    internal async Task<string> TestSignInAsync(string login)
    {
        var session = await LoginAsync(IdentityFixture.AdminEmail, IdentityFixture.Password);
        var started = await SendAsync(HttpMethod.Post, "/api/admin/sso/test", new { }, session.Cookie("__Host-thinkwatch_access"));
        started.Status.ShouldBe(200, started.Text);
        var back = await Provider.SignInAsync(started.Json.GetProperty("authorization_url").GetString()!, login);
        return (await ReturnAsync(back, started.Cookie(FlowCookie))).Location;
    }

    /// <summary>An account at the provider, with a verified e-mail unless the claims say otherwise.</summary>
    internal async Task<string> AccountAsync(object? claims = null, string? login = null)
    {
        login ??= Guid.NewGuid().ToString("N");
        await Provider.AccountAsync(login, With(new { name = "Grace Hopper", email = $"{login}@example.com", email_verified = true, groups = Array.Empty<string>() }, claims));
        return login;
    }

    /// <summary>From the login page to the provider.</summary>
    internal Task<Redirected> StartAsync(string query = "") => GoAsync("/api/auth/sso/start" + query, null);

    /// <summary>From the provider back to us.</summary>
    internal Task<Redirected> ReturnAsync(Uri back, string? cookie) => GoAsync(back.PathAndQuery, cookie);

    /// <summary>The whole way, as one browser.</summary>
    internal async Task<Redirected> SignInAsync(string login)
    {
        var started = await StartAsync();
        started.Location.ShouldStartWith(Provider.Issuer);
        return await ReturnAsync(await Provider.SignInAsync(started.Location, login), started.Answer.Cookie(FlowCookie));
    }

    internal async Task<Answer> MeAsync(Redirected signedIn)
    {
        signedIn.Location.ShouldBe("/", signedIn.Answer.Text);
        return await SendAsync(HttpMethod.Get, "/api/auth/me", null, signedIn.Answer.Cookie("__Host-thinkwatch_access"));
    }

    internal Task<Answer> LoginAsync(string email, string password) => SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password }, null);

    internal Task<Answer> SendAsync(HttpMethod method, string path, object? body, string? cookie)
    {
        (string, string)[] headers = [("x-requested-with", "test"), ("X-Forwarded-For", $"192.0.2.{Interlocked.Increment(ref _address) % 250}")];
        return Identity.SendAsync(method, path, body, null, cookie is null ? headers : [.. headers, ("Cookie", cookie)]);
    }

    internal static string Parameter(string address, string name) => HttpUtility.ParseQueryString(new Uri(new Uri("http://x"), address).Query)[name] ?? "";

    private static Dictionary<string, object?> With(object fields, object? more)
    {
        var all = fields.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(fields));
        foreach (var property in more?.GetType().GetProperties() ?? [])
            all[property.Name] = property.GetValue(more);
        return all;
    }

    private async Task<Redirected> GoAsync(string path, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", $"192.0.2.{Interlocked.Increment(ref _address) % 250}");
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = Identity.Service.Http };
        using var reply = await client.SendAsync(request);
        var cookies = reply.Headers.TryGetValues("Set-Cookie", out var set) ? set.ToArray() : [];
        var answer = new Answer((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(), cookies, null, null);
        if (answer.Status >= 500)
            await Task.Delay(500);
        answer.Status.ShouldBe(302, $"{answer.Text}\n{Identity.Service.Output}");
        return new Redirected(answer, reply.Headers.Location!.OriginalString);
    }
}

internal sealed record Redirected(Answer Answer, string Location)
{
    public bool OpenedSession => Answer.Cookies.Any(c => c.StartsWith("__Host-thinkwatch_access=", StringComparison.Ordinal));
}
