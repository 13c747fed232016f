using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary><c>auth.totp_required</c>: whoever has a password here must enrol; of who only comes through a provider, the second factor is the provider's part.</summary>
public sealed class TotpRequirementTests(SsoFixture sso) : IClassFixture<SsoFixture>
{
    private const string Access = "__Host-thinkwatch_access";
    private readonly IdentityFixture _identity = sso.Identity;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requirement_OfOneTimeCodes_SparesWhoHasNoPassword()
    {
        var port = FreePort.Take();
        await using var identity = await IdentityFixture.StartAsync(sso.Stores, _identity.Database, new KeyValuePair<string, string>("services__admin-api__grpc__0", $"http://127.0.0.1:{port}"));
        await using var admin = ServiceProcess.Launch("ThinkWatch.AdminApi", "admin-api",
        [
            new("ConnectionStrings__postgres", _identity.Database),
            new("ConnectionStrings__redis", await sso.Stores.RedisAsync()),
            new("ConnectionStrings__clickhouse", $"Host=127.0.0.1;Port={FreePort.Take()};Database=thinkwatch;Timeout=1"),
            new("services__identity__grpc__0", identity.Grpc.ToString().TrimEnd('/')),
            new("GRPC_PORT", $"{port}"),
        ]);
        await admin.WaitUntilLiveAsync();
        await sso.ActivateAsync();
        var guest = (await sso.SignInAsync(await sso.AccountAsync())).Answer.Cookie(Access);
        var person = await _identity.CreatePersonAsync();
        var resident = (await sso.LoginAsync(person.Email, IdentityFixture.Password)).Cookie(Access);
        (await MeAsync(identity, resident)).Permissions.ShouldBeGreaterThan(0);

        await RequireAsync(admin);
        await UntilAsync(async () => (await MeAsync(identity, resident)).MustEnrol, "who has a password to have to enrol");

        (await MeAsync(identity, resident)).Permissions.ShouldBe(0, "nothing else first");
        var spared = await MeAsync(identity, guest);
        (spared.MustEnrol, spared.Permissions > 0).ShouldBe((false, true));
    }

    private async Task RequireAsync(ServiceProcess admin)
    {
        using var client = new HttpClient { BaseAddress = admin.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _identity.AdminKey);
        await UntilAsync(
            async () =>
            {
                using var answer = await client.PatchAsJsonAsync("/api/admin/settings", new { settings = new Dictionary<string, object> { ["auth.totp_required"] = true } }, _cancel);
                return answer.IsSuccessStatusCode;
            },
            "the setting to be taken");
    }

    private async Task<(bool MustEnrol, int Permissions)> MeAsync(ServiceProcess identity, string cookie)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = identity.Http };
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        var me = await client.GetFromJsonAsync<JsonElement>("/api/auth/me", _cancel);
        return (me.GetProperty("must_enroll_totp").GetBoolean(), me.GetProperty("permissions").GetArrayLength());
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var patience = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (!await condition())
        {
            (DateTime.UtcNow < patience).ShouldBeTrue($"waited 30 s for {what}");
            await Task.Delay(100, _cancel);
        }
    }
}
