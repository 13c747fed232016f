using System.Text.Json;
using Npgsql;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Without audit-ingest the outbox keeps everything, so it can be read here.</summary>
public sealed class AuditCoverageTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task Mutations_Each_LeaveOneEntryWithWhoAndWhat()
    {
        var key = await identity.CreateKeyAsync(new { name = "audited", surfaces = new[] { "console" } });
        var path = $"/api/keys/{key.GetProperty("id")}";
        await identity.AsAdminAsync(HttpMethod.Patch, path, new { name = "renamed" });
        var rotated = await identity.AsAdminAsync(HttpMethod.Post, $"{path}/rotate");
        await identity.AsAdminAsync(HttpMethod.Delete, $"/api/keys/{rotated.Json.GetProperty("id")}?reason=leaked");
        await identity.AsAdminAsync(HttpMethod.Post, "/api/keys/ephemeral");
        var (user, _, _) = await identity.CreatePersonAsync();
        await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/users/{user}", new { status = "disabled" });
        await identity.SendAsync(HttpMethod.Post, "/api/auth/login", new { email = "nobody@example.com", password = "x" }, null, ("x-requested-with", "x"));
        // Refused, so there is nothing to tell.
        await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", new { name = "" });

        var entries = await ReadAsync();

        entries.Select(e => e.Action).ShouldBe(
        [
            "setup.initialize", "api_key.create", "api_key.update", "api_key.rotate", "api_key.revoke", "api_key.create_ephemeral",
            "user.create", "api_key.create", "user.update", "auth.login",
        ]);
        entries.ShouldAllBe(e => e.OrgId.Length == 36 && e.Ip == "127.0.0.1");
        var update = entries.Single(e => e.Action == "api_key.update");
        (update.ActorEmail, update.ResourceId).ShouldBe((IdentityFixture.AdminEmail, key.GetProperty("id").GetString()));
        JsonDocument.Parse(update.Before).RootElement.GetProperty("name").GetString().ShouldBe("audited");
        JsonDocument.Parse(update.After).RootElement.GetProperty("name").GetString().ShouldBe("renamed");
        entries.Single(e => e.Action == "api_key.revoke").After.ShouldContain("leaked");
        entries.Single(e => e.Action == "auth.login").Result.ShouldBe("denied");
    }

    private async Task<List<AuditEntry>> ReadAsync()
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT entry FROM audit_outbox ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync())
            entries.Add(AuditEntry.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
        return entries;
    }
}
