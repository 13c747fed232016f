using Npgsql;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>An organisation sees nothing of another, by list, by id or by name; only a platform administrator may act in it.</summary>
public sealed class TenancyTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task OtherOrganization_EveryListAndId_IsNotThere()
    {
        var other = await CreateOrganizationAsync();
        var (_, _, admin) = await identity.CreatePersonAsync("super_admin");

        foreach (var list in new[] { "/api/keys?limit=1000", "/api/admin/users?limit=1000" })
        {
            var answer = await identity.SendAsync(HttpMethod.Get, list, key: admin);
            answer.Status.ShouldBe(200);
            answer.Text.ShouldNotContain(other.KeyId.ToString());
            answer.Text.ShouldNotContain(other.UserId.ToString());
        }

        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Get, $"/api/keys/{other.KeyId}", null),
            (HttpMethod.Patch, $"/api/keys/{other.KeyId}", new { name = "taken" }),
            (HttpMethod.Post, $"/api/keys/{other.KeyId}/rotate", null),
            (HttpMethod.Delete, $"/api/keys/{other.KeyId}", null),
            (HttpMethod.Get, $"/api/admin/users/{other.UserId}", null),
            (HttpMethod.Patch, $"/api/admin/users/{other.UserId}", new { status = "disabled" }),
        ];
        foreach (var (method, path, body) in requests)
            (await identity.SendAsync(method, path, body, admin)).Status.ShouldBe(404, $"{method} {path}");
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "x", surfaces = new[] { "console" }, user_id = other.UserId }, admin)).Status.ShouldBe(400);
        (await identity.SendAsync(HttpMethod.Get, "/api/keys", null, admin, ("x-thinkwatch-org", other.Id.ToString()))).Status.ShouldBe(403);

        var platform = await identity.AsAdminAsync(HttpMethod.Get, "/api/keys", null, ("x-thinkwatch-org", other.Id.ToString()));
        platform.Json.GetProperty("items").EnumerateArray().Select(k => k.GetProperty("id").GetGuid()).ShouldBe([other.KeyId]);
    }

    [Fact]
    public async Task Email_TakenInAnotherOrganization_IsAConflict()
    {
        var other = await CreateOrganizationAsync();

        var answer = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/users", new { email = other.Email.ToUpperInvariant(), display_name = "X", password = IdentityFixture.Password });

        answer.Status.ShouldBe(409);
    }

    private async Task<(Guid Id, Guid UserId, Guid KeyId, string Email)> CreateOrganizationAsync()
    {
        var (org, user, key) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var email = $"{user:N}@other.example";
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO organizations (id, name) VALUES ('{org}', 'Other');
            INSERT INTO users (id, org_id, email, display_name) VALUES ('{user}', '{org}', '{email}', 'Other');
            INSERT INTO api_keys (id, org_id, lineage_id, user_id, name, key_sha256, key_prefix, surfaces)
                VALUES ('{key}', '{org}', '{key}', '{user}', 'other', sha256('{key}'::text::bytea), 'tw-other', ARRAY['console']);
            """, connection);
        await command.ExecuteNonQueryAsync();
        return (org, user, key, email);
    }
}
