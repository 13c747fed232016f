using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class PrincipalTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task Grant_MoreThanTheGranterHolds_IsRefused()
    {
        var (adminId, _, admin) = await identity.CreatePersonAsync("admin");
        var (developer, _, _) = await identity.CreatePersonAsync();

        var create = await identity.SendAsync(
            HttpMethod.Post, "/api/admin/users", new { email = "up@example.com", display_name = "Up", password = IdentityFixture.Password, roles = new[] { "super_admin" } }, admin);
        var promote = await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{developer}", new { roles = new[] { "super_admin" } }, admin);
        var self = await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{adminId}", new { roles = new[] { "super_admin" } }, admin);
        var above = await identity.SendAsync(HttpMethod.Patch, $"/api/admin/users/{identity.AdminId}", new { display_name = "Mallory" }, admin);

        new[] { create, promote, self }.ShouldAllBe(a => a.Status == 400 && a.Text.Contains("\"errors\":{\"roles\":"));
        above.Status.ShouldBe(403, above.Text);
    }

    [Fact]
    public async Task Surface_OwnerLosesTheRight_IsGoneFromTheKeyToo()
    {
        var (id, _, console) = await identity.CreatePersonAsync();
        // A key of the console alone hands on no other surface.
        await identity.CreateKeyAsync(new { name = "ai", surfaces = new[] { "ai_gateway", "mcp_gateway" } }, console, status: 400);
        var direct = (await identity.CreateKeyAsync(new { name = "ai", surfaces = new[] { "ai_gateway", "mcp_gateway", "console" }, user_id = id })).GetProperty("key").GetString()!;
        (await identity.AuthenticateAsync(direct)).Principal.Surfaces.Count.ShouldBe(3);

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{id}", new { roles = new[] { "viewer" } })).Status.ShouldBe(200);

        (await identity.AuthenticateAsync(direct)).Principal.Surfaces.ShouldBe(["console"]);
    }

    [Fact]
    public async Task Teams_OfTheOwner_AreNamedAndTeamRolesReachNoFurther()
    {
        var (id, _, key) = await identity.CreatePersonAsync("viewer");
        var team = Guid.NewGuid();
        await ExecuteAsync($"""
            INSERT INTO teams (id, org_id, name) SELECT '{team}', org_id, 'Research' FROM users WHERE id = '{id}';
            INSERT INTO team_members (org_id, team_id, user_id) SELECT org_id, '{team}', id FROM users WHERE id = '{id}';
            INSERT INTO role_assignments (id, org_id, user_id, role_id, team_id)
                SELECT gen_random_uuid(), u.org_id, u.id, r.id, '{team}' FROM users u JOIN roles r ON r.org_id = u.org_id AND r.name = 'super_admin' WHERE u.id = '{id}';
            """);

        var principal = (await identity.AuthenticateAsync(key)).Principal;

        principal.Teams.Select(t => (t.Id, t.Name)).ShouldBe([(team.ToString(), "Research")]);
        principal.Permissions.ShouldNotContain("users:create");
    }

    [Fact]
    public async Task LastUsed_AfterAuthenticate_IsWrittenInABatch()
    {
        var key = await identity.CreateKeyAsync(new { name = "used", surfaces = new[] { "ai_gateway" } });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => identity.AuthenticateAsync(key.GetProperty("key").GetString()!)));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await identity.QueryAsync<bool>($"SELECT last_used_at IS NULL FROM api_keys WHERE id = '{key.GetProperty("id")}'"))
            await Task.Delay(200, patience.Token);
    }

    [Theory]
    [InlineData("expires_at = now() - interval '1 second'", AuthOutcome.Expired)]
    [InlineData("revoked_at = now()", AuthOutcome.Revoked)]
    public async Task Authenticate_KeyThatEnded_SaysHow(string change, AuthOutcome outcome)
    {
        var key = await identity.CreateKeyAsync(new { name = "ends", surfaces = new[] { "ai_gateway" } });
        await ExecuteAsync($"UPDATE api_keys SET {change} WHERE id = '{key.GetProperty("id")}'");

        (await identity.AuthenticateAsync(key.GetProperty("key").GetString()!)).Outcome.ShouldBe(outcome);
    }

    [Fact]
    public async Task Authenticate_NoHash_IsUnknown() =>
        (await identity.Wire.AuthenticateAsync(new AuthenticateRequest())).Outcome.ShouldBe(AuthOutcome.Unknown);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
