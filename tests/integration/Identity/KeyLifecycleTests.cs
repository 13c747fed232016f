using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Keys;
using ThinkWatch.Settings;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>What happens to keys by itself. The job runs here when the test says so; the rows are aged instead of waiting.</summary>
public sealed class KeyLifecycleTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task Rotation_FallsDue_ThenEndsTheKeyUnlessItIsDone()
    {
        var due = await CreateAsync(new { name = "due", surfaces = new[] { "ai_gateway" }, rotation_period_days = 30, grace_period_hours = 2 });
        var done = await CreateAsync(new { name = "done", surfaces = new[] { "ai_gateway" }, rotation_period_days = 30, grace_period_hours = 2 });
        await ExecuteAsync($"UPDATE api_keys SET created_at = now() - interval '31 days' WHERE id IN ('{due.Id}', '{done.Id}')");

        await RunAsync();
        (await StatusAsync(due.Id)).ShouldBe("rotation_due");
        (await identity.AuthenticateAsync(due.Secret)).Outcome.ShouldBe(AuthOutcome.Ok);
        var rotated = await identity.SendAsync(HttpMethod.Post, "/api/keys/self/rotate", null, done.Secret);
        rotated.Status.ShouldBe(200, rotated.Text);

        await ExecuteAsync("UPDATE api_keys SET rotation_due_at = now() - interval '3 hours' WHERE rotation_due_at IS NOT NULL");
        await RunAsync();

        (await identity.AuthenticateAsync(due.Secret)).Outcome.ShouldBe(AuthOutcome.Disabled);
        (await identity.AuthenticateAsync(done.Secret)).Outcome.ShouldBe(AuthOutcome.Ok);
        (await identity.AuthenticateAsync(rotated.Json.GetProperty("key").GetString()!)).Principal.KeyLineageId.ShouldBe(done.Id);
        (await ActionsAsync(due.Id)).ShouldBe(["api_key.create", "api_key.rotation_due", "api_key.rotation_overdue"]);

        // Late is not too late: its owner gets a new secret.
        var revived = await identity.AsAdminAsync(HttpMethod.Post, $"/api/keys/{due.Id}/rotate");
        (await identity.AuthenticateAsync(revived.Json.GetProperty("key").GetString()!)).Outcome.ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public async Task Rotation_ThatIsNoLongerAskedFor_EndsNoKey()
    {
        var key = await CreateAsync(new { name = "due no more", surfaces = new[] { "ai_gateway" }, rotation_period_days = 30, grace_period_hours = 2 });
        await ExecuteAsync($"UPDATE api_keys SET created_at = now() - interval '31 days' WHERE id = '{key.Id}'");
        await RunAsync();
        (await StatusAsync(key.Id)).ShouldBe("rotation_due");

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/keys/{key.Id}", new { rotation_period_days = 60 })).Status.ShouldBe(200);
        await ExecuteAsync($"UPDATE api_keys SET rotation_due_at = now() - interval '3 hours' WHERE id = '{key.Id}' AND rotation_due_at IS NOT NULL");
        await RunAsync();

        (await StatusAsync(key.Id)).ShouldBe("active");
        (await identity.AuthenticateAsync(key.Secret)).Outcome.ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public async Task Expiry_IsAnnouncedThreeTimesAndTold_EachOnce()
    {
        var key = await CreateAsync(new { name = "expiring", surfaces = new[] { "ai_gateway" }, expires_in_days = 30 });
        foreach (var left in new[] { "6 days", "2 days", "12 hours", "-1 second" })
        {
            await ExecuteAsync($"UPDATE api_keys SET expires_at = now() + interval '{left}' WHERE id = '{key.Id}'");
            await RunAsync();
            await RunAsync();
        }

        (await ActionsAsync(key.Id)).ShouldBe(["api_key.create", "api_key.expiring", "api_key.expiring", "api_key.expiring", "api_key.expired"]);
        (await EntriesAsync(key.Id)).Where(e => e.Action == "api_key.expiring").Select(e => System.Text.Json.JsonDocument.Parse(e.After).RootElement.GetProperty("days_left").GetString()).ShouldBe(["7", "3", "1"]);
    }

    [Fact]
    public async Task Unused_LongEnough_IsDisabled()
    {
        var (unused, used) = (await CreateAsync(new { name = "unused", surfaces = new[] { "ai_gateway" }, inactivity_timeout_days = 10 }), await CreateAsync(new { name = "used", surfaces = new[] { "ai_gateway" }, inactivity_timeout_days = 10 }));
        await ExecuteAsync($"UPDATE api_keys SET created_at = now() - interval '11 days' WHERE id IN ('{unused.Id}', '{used.Id}'); UPDATE api_keys SET last_used_at = now() WHERE id = '{used.Id}'");

        await RunAsync();

        (await identity.AuthenticateAsync(unused.Secret)).Outcome.ShouldBe(AuthOutcome.Disabled);
        (await identity.AuthenticateAsync(used.Secret)).Outcome.ShouldBe(AuthOutcome.Ok);
        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/keys/{unused.Id}")).Json.GetProperty("disabled_reason").GetString().ShouldBe("inactive");
    }

    [Fact]
    public async Task Job_WhileAnotherReplicaIsAtIt_LeavesItAlone()
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('thinkwatch.identity.key_janitor', 0))", connection, transaction);
        await command.ExecuteNonQueryAsync();

        (await OnceAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task AddressList_OtherAddress_IsRefusedEverywhere()
    {
        var key = await CreateAsync(new { name = "listed", surfaces = new[] { "ai_gateway", "console" }, ip_allowlist = new[] { "10.1.0.0/16", "2001:db8::/32" } });

        (await FromAsync(key.Secret, "10.1.2.3")).ShouldBe(AuthOutcome.Ok);
        (await FromAsync(key.Secret, "::ffff:10.1.2.3")).ShouldBe(AuthOutcome.Ok);
        (await FromAsync(key.Secret, "2001:db8::9")).ShouldBe(AuthOutcome.Ok);
        (await FromAsync(key.Secret, "10.2.0.1")).ShouldBe(AuthOutcome.AddressNotAllowed);
        (await FromAsync(key.Secret, "")).ShouldBe(AuthOutcome.AddressNotAllowed);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", null, key.Secret)).Status.ShouldBe(401);
        (await identity.SendAsync(HttpMethod.Get, "/api/auth/me", null, key.Secret, ("X-Forwarded-For", "10.1.9.9"))).Status.ShouldBe(200);
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", new { name = "x", surfaces = new[] { "console" }, ip_allowlist = new[] { "10.0.0.0/99" } })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task ForceRevoke_EndsTheLineageWithItsGrace_AndSaysWhy()
    {
        var old = await CreateAsync(new { name = "leaked", surfaces = new[] { "ai_gateway" } });
        var next = await identity.AsAdminAsync(HttpMethod.Post, $"/api/keys/{old.Id}/rotate");
        var (_, _, developer) = await identity.CreatePersonAsync();
        var path = $"/api/keys/{next.Json.GetProperty("id")}/force-revoke";

        (await identity.SendAsync(HttpMethod.Post, path, new { reason = "no" }, developer)).Status.ShouldBe(403);
        (await identity.AsAdminAsync(HttpMethod.Post, path, new { reason = " " })).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Post, path, new { reason = "found in a repository" })).Status.ShouldBe(204);

        (await identity.AuthenticateAsync(old.Secret)).Outcome.ShouldBe(AuthOutcome.Revoked);
        (await identity.AuthenticateAsync(next.Json.GetProperty("key").GetString()!)).Outcome.ShouldBe(AuthOutcome.Revoked);
        (await identity.AsAdminAsync(HttpMethod.Get, $"/api/keys/{old.Id}")).Json.GetProperty("revoked_reason").GetString().ShouldBe("found in a repository");
    }

    [Fact]
    public async Task Key_WiderThanItsOwner_IsRefusedAtSaveAndNarrowedAtUse()
    {
        var role = await identity.AsAdminAsync(HttpMethod.Post, "/api/admin/roles", new
        {
            name = "gpt-only",
            policy = new { version = 1, statements = new object[] { new { effect = "allow", actions = new[] { "keys:*", "ai_gateway:use" }, resources = new[] { "model:gpt-*" } }, new { effect = "allow", actions = new[] { "keys:read", "keys:create", "keys:update" } } } },
        });
        role.Status.ShouldBe(201, role.Text);
        var (id, _, _) = await identity.CreatePersonAsync("gpt-only");
        object Body(string surface, params string[] models) => new { name = "w", surfaces = new[] { surface }, allowed_models = models, user_id = id };

        (await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", Body("ai_gateway", "claude-*"))).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", Body("ai_gateway", "*"))).Status.ShouldBe(400);
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", Body("mcp_gateway"))).Status.ShouldBe(400);
        var key = await identity.CreateKeyAsync(Body("ai_gateway", "gpt-4o"));
        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/keys/{key.GetProperty("id")}", new { allowed_models = new[] { "o3" } })).Status.ShouldBe(400);

        (await identity.AsAdminAsync(HttpMethod.Patch, $"/api/admin/roles/{role.Json.GetProperty("id")}", new
        {
            policy = new { version = 1, statements = new[] { new { effect = "allow", actions = new[] { "ai_gateway:use" }, resources = new[] { "model:mistral-*" } } } },
        })).Status.ShouldBe(200);
        var principal = (await identity.AuthenticateAsync(key.GetProperty("key").GetString()!)).Principal;
        principal.KeyModels.Items.ShouldBe(["gpt-4o"]);
        principal.RoleModels.Items.ShouldBe(["mistral-*"]);
    }

    [Fact]
    public async Task TeamKey_HasTheTeamsRights_AndItsManagerHandlesIt()
    {
        var (team, other) = (await identity.CreateTeamAsync(), await identity.CreateTeamAsync());
        var (manager, _, managerKey) = await identity.CreatePersonAsync();
        (await identity.AsAdminAsync(HttpMethod.Put, $"/api/admin/teams/{team}/members/{manager}", new { manager = true })).Status.ShouldBe(204);
        var member = await identity.SendAsync(HttpMethod.Post, "/api/admin/users", new { email = $"{Guid.NewGuid():N}@example.com", display_name = "M", password = IdentityFixture.Password, team_ids = new[] { team } }, managerKey);
        var id = member.Json.GetProperty("id").GetString();

        // Without the team they have nothing; with it, what their role there gives.
        (await identity.AsAdminAsync(HttpMethod.Post, "/api/keys", new { name = "no team", surfaces = new[] { "ai_gateway" }, user_id = id })).Status.ShouldBe(400);
        (await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "t", surfaces = new[] { "console" }, user_id = id, team_id = other }, managerKey)).Status.ShouldBe(403);
        var consoleOnly = await identity.SendAsync(HttpMethod.Post, "/api/keys", new { name = "t", surfaces = new[] { "console" }, user_id = id, team_id = team }, managerKey);
        consoleOnly.Status.ShouldBe(201, consoleOnly.Text);
        var key = await identity.CreateKeyAsync(new { name = "team key", surfaces = new[] { "ai_gateway" }, user_id = id, team_id = team });
        (await identity.AuthenticateAsync(key.GetProperty("key").GetString()!)).Principal.Permissions.ShouldBe(["ai_gateway:use", "mcp_gateway:use", "mcp:connect"]);

        (await identity.SendAsync(HttpMethod.Get, "/api/keys?limit=1000", null, managerKey)).Text.ShouldContain(key.GetProperty("id").GetString()!);
        (await identity.SendAsync(HttpMethod.Get, $"/api/keys/{(await identity.CreateKeyAsync(new { name = "elsewhere", surfaces = new[] { "console" } })).GetProperty("id")}", null, managerKey)).Status.ShouldBe(404);
        (await identity.SendAsync(HttpMethod.Delete, $"/api/keys/{key.GetProperty("id")}", null, managerKey)).Status.ShouldBe(204);
    }

    private async Task<(string Id, string Secret)> CreateAsync(object body)
    {
        var key = await identity.CreateKeyAsync(body);
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    private async Task<AuthOutcome> FromAsync(string secret, string address) =>
        (await identity.Wire.AuthenticateAsync(new AuthenticateRequest { KeySha256 = Google.Protobuf.ByteString.CopyFrom(IdentityFixture.Hash(secret)), ClientIp = address })).Outcome;

    // The service runs its own pass once a minute: then it had the lock, and this one comes after.
    private async Task RunAsync()
    {
        while (!await OnceAsync())
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    private async Task<bool> OnceAsync()
    {
        await using var database = new NpgsqlDataSourceBuilder(identity.Database + ";Search Path=identity").Build();
        return await new KeyLifecycle(database, new Defaults()).RunAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string?> StatusAsync(string id) => (await identity.AsAdminAsync(HttpMethod.Get, $"/api/keys/{id}")).Json.GetProperty("status").GetString();

    private async Task<IEnumerable<string>> ActionsAsync(string id) => (await EntriesAsync(id)).Select(e => e.Action);

    private async Task<List<AuditEntry>> EntriesAsync(string id)
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT entry FROM audit_outbox ORDER BY created_at, id", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync())
            entries.Add(AuditEntry.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
        return [.. entries.Where(e => e.ResourceId == id)];
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(identity.Database + ";Search Path=identity");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Defaults : ISettings
    {
        public event Action? Changed
        {
            add { }
            remove { }
        }

        public T Get<T>(Setting<T> setting)
            where T : notnull => setting.Default;
    }
}
