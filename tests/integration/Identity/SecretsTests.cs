using Npgsql;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Promise 2: no key, cookie or password in a log, an error or a table.</summary>
public sealed class SecretsTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Password = "Zq-unmistakable-Passw0rt-771";

    [Fact]
    public async Task Secrets_AfterUseAndMisuse_AreInNoLogErrorOrTable()
    {
        var email = "leak@example.com";
        await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/users", new { email, display_name = "L", password = Password });
        var key = (await identity.CreateKeyAsync(new { name = "leak", surfaces = new[] { "console" } })).GetProperty("key").GetString()!;
        var login = await identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email, password = Password }, null, ("x-requested-with", "x"));
        login.Status.ShouldBe(200);
        var access = login.Cookie("__Host-thinkwatch_access").Split('=', 2)[1];
        var refresh = login.Cookie("__Host-thinkwatch_refresh").Split('=', 2)[1];
        string[] secrets = [key, identity.AdminKey, Password, IdentityFixture.Password, access, refresh, .. Stores.ServiceProcess.Secrets.Values];

        var errors = new List<Answer>
        {
            await identity.SendAsync(HttpMethod.Get, $"/api/{key}", key: key),
            await identity.SendAsync(HttpMethod.Get, $"/api/keys?cursor={key}&sort=x", key: key),
            await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = new { password = Password } }, key),
            await identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = "x", password = Password + "!" }, null, ("x-requested-with", "x")),
            await identity.SendAsync(HttpMethod.Post, "/api/admin/users", new { email, display_name = "again", password = Password }, identity.AdminKey),
            await identity.SendAsync(HttpMethod.Get, "/api/auth/me", null, null, ("Cookie", $"__Host-thinkwatch_access={access}x")),
        };

        errors.ShouldAllBe(e => e.Status >= 400);
        foreach (var secret in secrets)
        {
            errors.ShouldAllBe(e => !e.Text.Contains(secret));
            identity.Service.Output.ShouldNotContain(secret);
        }

        (await DumpAsync()).ShouldSatisfyAllConditions([.. secrets.Select<string, Action<string>>(s => dump => dump.ShouldNotContain(s))]);
    }

    // Every row of every table as text, outbox and changes with their bytes read as text too.
    private async Task<string> DumpAsync()
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'identity'", connection))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }

        tables.Count.ShouldBeGreaterThan(8);
        var dump = new System.Text.StringBuilder();
        foreach (var table in tables)
        {
            var column = table switch { "audit_outbox" => "encode(entry, 'escape')", "changes" => "encode(payload, 'escape')", _ => "''" };
            await using var rows = new NpgsqlCommand($"SELECT coalesce(string_agg(t::text || {column}, E'\\n'), '') FROM {table} t", connection);
            dump.AppendLine((string)(await rows.ExecuteScalarAsync())!);
        }

        return dump.ToString();
    }
}
