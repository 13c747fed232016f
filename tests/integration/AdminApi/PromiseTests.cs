using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>What holds for every endpoint and every secret.</summary>
public sealed class PromiseTests(AdminApiFixture fixture) : IClassFixture<AdminApiFixture>
{
    private static readonly string[] _all =
    [
        "providers:read", "providers:create", "providers:update", "providers:delete", "models:read", "models:create", "models:update", "models:delete",
        "settings:read", "settings:write", "audit:read_bodies", "logs:read_all",
     "content_filter:read", "content_filter:write", "pii:read", "pii:write"];

    private readonly AdminApiHost _host = fixture.Host;

    /// <summary>Questions too long for a URL.</summary>
    private static readonly string[] s_changingNothing = ["POST /api/admin/security/test"];

    [Fact]
    public async Task EveryMutatingEndpoint_WritesAnAuditRow()
    {
        using var admin = _host.Client(new Principal { OrgId = Guid.CreateVersion7().ToString(), PlatformAdmin = true, Permissions = { _all } });
        var provider = (await admin.CreateAsync("/api/admin/providers", new { name = "p", provider_type = "custom", base_url = "https://example.com" })).Id();
        var model = (await admin.CreateAsync("/api/admin/models", new { model_id = "m" })).Id();
        var route = (await admin.CreateAsync($"/api/admin/models/{model}/routes", new { provider_id = provider })).Id();
        var rule = (await admin.CreateAsync("/api/admin/security/content-rules", new { name = "r", match = "contains", pattern = "x", scope = "input", action = "log" })).Id();
        var calls = new Dictionary<string, (string Path, string? Body)>
        {
            ["POST /api/admin/security/content-rules"] = ("/api/admin/security/content-rules", """{"name":"r2","match":"contains","pattern":"y","scope":"input","action":"log"}"""),
            ["PATCH /api/admin/security/content-rules/{id:guid}"] = ($"/api/admin/security/content-rules/{rule}", """{"enabled":false}"""),
            ["DELETE /api/admin/security/content-rules/{id:guid}"] = ($"/api/admin/security/content-rules/{rule}", null),
            ["POST /api/admin/providers"] = ("/api/admin/providers", """{"name":"p2","provider_type":"custom","base_url":"https://example.com"}"""),
            ["PATCH /api/admin/providers/{id:guid}"] = ($"/api/admin/providers/{provider}", """{"enabled":true}"""),
            ["POST /api/admin/providers/test"] = ("/api/admin/providers/test", """{"provider_type":"custom","base_url":"http://localhost:9"}"""),
            ["POST /api/admin/providers/{id:guid}/import-models"] = ($"/api/admin/providers/{provider}/import-models", """{"models":[{"upstream_model":"imported"}]}"""),
            ["POST /api/admin/models"] = ("/api/admin/models", """{"model_id":"m2"}"""),
            ["PATCH /api/admin/models/{id}"] = ("/api/admin/models/m", """{"enabled":true}"""),
            ["POST /api/admin/models/{id}/routes"] = ("/api/admin/models/m2/routes", $$"""{"provider_id":"{{provider}}"}"""),
            ["PATCH /api/admin/model-routes/{id:guid}"] = ($"/api/admin/model-routes/{route}", """{"weight":1}"""),
            ["PATCH /api/admin/model-routes/batch-weights"] = ("/api/admin/model-routes/batch-weights", $$"""{"updates":[{"id":"{{route}}","weight":2}]}"""),
            ["PATCH /api/admin/settings"] = ("/api/admin/settings", """{"settings":{"gateway.retry_initial_ms":251}}"""),
            ["POST /api/setup/simulator"] = ("/api/setup/simulator", null),
            ["DELETE /api/admin/model-routes/{id:guid}"] = ($"/api/admin/model-routes/{route}", null),
            ["DELETE /api/admin/models/{id}"] = ("/api/admin/models/m", null),
            ["DELETE /api/admin/providers/{id:guid}"] = ($"/api/admin/providers/{provider}", null),
        };
        var mutating = _host.Services.GetServices<EndpointDataSource>().SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(static e => e.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal))
            .SelectMany(static e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} /{e.RoutePattern.RawText!.Trim('/')}"))
            .Where(static call => !call.StartsWith("GET ", StringComparison.Ordinal) && !s_changingNothing.Contains(call));
        mutating.ShouldBe(calls.Keys, ignoreOrder: true);

        foreach (var (call, (path, body)) in calls)
        {
            var before = await AuditRowsAsync();
            var (status, answer) = await admin.SendAsync(HttpMethod.Parse(call.Split(' ')[0]), path, body);
            ((int)status).ShouldBeInRange(200, 299, $"{call}: {answer}");
            (await AuditRowsAsync()).ShouldBeGreaterThan(before, call);
        }
    }

    [Fact]
    public async Task NoSecret_ReachesAnAnswerOrTheLog()
    {
        const string Secret = "n0b0dy-must-see-th1s-value";
        using var admin = _host.Client(Guid.CreateVersion7(), _all);
        var answers = new List<string>();
        foreach (var body in new[]
        {
            $$$"""{"name":"s","provider_type":"bedrock","base_url":"https://example.com","api_key":"{{{Secret}}}","headers":{"x-a":"{{{Secret}}}"},"config":{"access_key_id":"AKIDEXAMPLE12345","secret_access_key":"{{{Secret}}}"}}""",
            $$$"""{"name":"s","provider_type":"custom","base_url":"https://example.com","api_key":"{{{Secret}}}"}""",
            $$$"""{"name":"s","provider_type":"custom","base_url":"https://{{{Secret}}}:{{{Secret}}}@example.com","api_key":"{{{Secret}}} "}""",
            $$$"""{"name":"s","api_key":["{{{Secret}}}"]}""",
            $$$"""{"name":"s","unknown":"{{{Secret}}}"}""",
            $$$"""{"name":"s","api_key":"{{{Secret}}}" """,
        })
            answers.Add((await admin.SendAsync(HttpMethod.Post, "/api/admin/providers", body)).Body);
        answers.Add((await admin.SendAsync(HttpMethod.Get, "/api/admin/providers")).Body);
        answers.Add((await admin.SendAsync(HttpMethod.Post, "/api/setup/simulator")).Body);

        string.Concat(answers).ShouldNotContain(Secret);
        _host.Log.ShouldNotContain(Secret);
        _host.Log.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Settings_WhereOthersLiveToo_AreForThePlatformAdministrator()
    {
        using var neighbour = _host.Client(Guid.CreateVersion7(), _all);
        await neighbour.CreateAsync("/api/admin/providers", new { name = "neighbour", provider_type = "custom", base_url = "https://example.com" });
        var mine = Guid.CreateVersion7();
        using var admin = _host.Client(mine, _all);
        using var platform = _host.Client(new Principal { OrgId = mine.ToString(), PlatformAdmin = true, Permissions = { _all } });
        const string Patch = """{"settings":{"gateway.retry_max_ms":4001}}""";
        (await admin.SendAsync(HttpMethod.Patch, "/api/admin/settings", Patch)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await platform.SendAsync(HttpMethod.Patch, "/api/admin/settings", Patch)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Deleted_IsRemovedForGood_After30Days_NotBefore()
    {
        using var admin = _host.Client(Guid.CreateVersion7(), _all);
        foreach (var (name, days) in new[] { ("old", 31), ("young", 29) })
        {
            var id = (await admin.CreateAsync("/api/admin/providers", new { name, provider_type = "custom", base_url = "https://example.com", api_key = "a-key-that-goes-too" })).Id();
            await admin.SendAsync(HttpMethod.Delete, $"/api/admin/providers/{id}");
            await ExecuteAsync($"UPDATE catalog.providers SET deleted_at = now() - interval '{days} days' WHERE id = '{id}'");
        }

        (await _host.Services.GetRequiredService<CatalogPurge>().RunAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task Changes_CommitInTheOrderOfTheirSequences_WhateverTheConcurrency()
    {
        var source = _host.Services.GetRequiredService<NpgsqlDataSource>();
        using var stop = new CancellationTokenSource();
        var feed = _host.Services.GetRequiredService<ChangeFeed>();
        var seen = new List<long>();
        var reader = Task.Run(async () =>
        {
            try
            {
                await foreach (var batch in feed.ReadAsync(0, stop.Token))
                {
                    lock (seen)
                        seen.AddRange(batch.Changes.Where(static c => c.Kind == "race").Select(static c => c.Sequence));
                }
            }
            catch (OperationCanceledException)
            {
                // The test has seen enough.
            }
        });
        await Task.Delay(300);
        var written = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var sequence = await ChangeLog.AppendAsync(transaction, "race", new byte[] { (byte)i }, CancellationToken.None);
            await Task.Delay(i % 3 * 5);
            if (i % 4 == 0)
                await transaction.RollbackAsync();
            else
                await transaction.CommitAsync();
            return (Sequence: sequence, Committed: i % 4 != 0);
        }));
        var committed = written.Count(static w => w.Committed);
        for (var i = 0; i < 200 && Count() < committed; i++)
            await Task.Delay(50);
        await stop.CancelAsync();
        await reader;
        seen.ShouldBe(written.Where(static w => w.Committed).Select(static w => w.Sequence).Order());

        int Count()
        {
            lock (seen)
                return seen.Count;
        }
    }

    private async Task<long> AuditRowsAsync()
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database);
        await using var command = source.CreateCommand("SELECT count(*) FROM catalog.audit_outbox");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
