using Npgsql;
using ThinkWatch.Identity.Sso;
using ThinkWatch.Identity.Totp;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>A new vault key reaches the client secret of single sign-on and the seeds of one-time codes by itself: then the old key is not needed any more.</summary>
public sealed class SsoSealTests(SsoFixture sso) : IClassFixture<SsoFixture>
{
    private const string NewKey = "__________________________________________8";
    private readonly IdentityFixture _identity = sso.Identity;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EncryptionKey_Changed_ClientSecretAndSeedsAreSealedAnew()
    {
        await sso.ActivateAsync();
        var person = await _identity.CreatePersonAsync();
        var session = await sso.LoginAsync(person.Email, IdentityFixture.Password);
        (await sso.SendAsync(HttpMethod.Post, "/api/auth/totp/enroll", new { password = IdentityFixture.Password }, session.Cookie("__Host-thinkwatch_access"))).Status.ShouldBe(200);
        var old = await EnvelopesAsync();
        old.Count.ShouldBe(2);

        await using var renewing = await IdentityFixture.StartAsync(
            sso.Stores, _identity.Database, new("ENCRYPTION_KEY", NewKey), new("ENCRYPTION_KEYS_RETIRED", ServiceProcess.Secrets["ENCRYPTION_KEY"]));
        var patience = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while ((await EnvelopesAsync()).Values.Intersect(old.Values).Any())
        {
            (DateTime.UtcNow < patience).ShouldBeTrue($"sealed with the old key still:\n{renewing.Output}");
            await Task.Delay(100, _cancel);
        }

        var (alone, before) = (Vault.FromBase64Url(NewKey), Vault.FromBase64Url(ServiceProcess.Secrets["ENCRYPTION_KEY"]));
        foreach (var (cell, envelope) in await EnvelopesAsync()) alone.Open(envelope, cell).ShouldBe(before.Open(old[cell], cell));
        (await EnvelopesAsync()).ShouldContain(e => e.Key.Contains("client_secret") && alone.OpenString(e.Value, e.Key) == OpenIdProvider.ClientSecret);
    }

    /// <summary>What is sealed, by the cell that it belongs to.</summary>
    private async Task<Dictionary<string, string>> EnvelopesAsync()
    {
        await using var database = NpgsqlDataSource.Create(_identity.Database + ";Search Path=identity");
        var found = new Dictionary<string, string>();
        await using var secrets = database.CreateCommand("SELECT id, client_secret FROM sso_connections WHERE client_secret IS NOT NULL");
        await using (var row = await secrets.ExecuteReaderAsync(_cancel))
        {
            while (await row.ReadAsync(_cancel)) found.Add(SsoConnection.SecretCell(row.GetGuid(0)), row.GetString(1));
        }

        await using var seeds = database.CreateCommand("SELECT id, totp_pending_seed FROM users WHERE totp_pending_seed IS NOT NULL");
        await using (var row = await seeds.ExecuteReaderAsync(_cancel))
        {
            while (await row.ReadAsync(_cancel)) found.Add(TotpStore.Cell("totp_pending_seed", row.GetGuid(0)), row.GetString(1));
        }

        return found;
    }
}
