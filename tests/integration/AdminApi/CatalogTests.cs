using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Integration.Tests.AdminApi;

public sealed class CatalogTests : IClassFixture<AdminApiFixture>, IDisposable
{
    private static readonly string[] _all =
    [
        "providers:read", "providers:create", "providers:update", "providers:delete", "models:read", "models:create", "models:update", "models:delete", "settings:read", "settings:write",
    ];

    private readonly Guid _org = Guid.CreateVersion7();
    private readonly AdminApiHost _host;
    private readonly string _database;
    private readonly HttpClient _admin;

    public CatalogTests(AdminApiFixture fixture)
    {
        (_host, _database) = (fixture.Host, fixture.Database);
        // The fixture's database has several organisations: settings are then the platform administrator's.
        _admin = _host.Client(new Principal { OrgId = _org.ToString(), PlatformAdmin = true, Permissions = { _all } });
    }

    public void Dispose() => _admin.Dispose();

    [Fact]
    public async Task Provider_OfEveryType_IsStoredAndShowsNoSecret()
    {
        foreach (var type in new[] { "openai", "anthropic", "google", "azure_openai", "bedrock", "custom" })
        {
            var config = type switch
            {
                "azure_openai" => new Dictionary<string, string> { ["api"] = "deployments", ["api_version"] = "2024-10-21" },
                "bedrock" => new() { ["region"] = "eu-west-1", ["access_key_id"] = "AKIDEXAMPLE12345", ["secret_access_key"] = "config-very-secret-9abc" },
                _ => [],
            };
            var created = await _admin.CreateAsync("/api/admin/providers", new
            {
                name = $"p-{type}".Replace('_', '-'),
                display_name = type,
                provider_type = type,
                base_url = "https://api.example.com/v1/",
                api_key = "sk-very-secret-key-1234",
                headers = new Dictionary<string, string> { ["X-Team"] = "header-very-secret-5678" },
                config,
                timeout_secs = 30,
            });
            created["api_key"]!.GetValue<string>().ShouldBe("••••1234");
            created["headers"]!["x-team"]!.GetValue<string>().ShouldBe("••••5678");
            created["config"]!.AsObject().ToDictionary(static item => item.Key, static item => item.Value!.GetValue<string>()).ShouldBe(type switch
            {
                "bedrock" => new() { ["region"] = "eu-west-1", ["access_key_id"] = "••••2345", ["secret_access_key"] = "••••9abc" },
                _ => config,
            });
            created["base_url"]!.GetValue<string>().ShouldBe("https://api.example.com/v1");

            var (_, read) = await _admin.SendAsync(HttpMethod.Get, $"/api/admin/providers/{created.Id()}");
            (created.ToJsonString() + read).ShouldNotContain("very-secret");
        }

        (await StoredTextAsync()).ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Provider_WithSeveralFaults_NamesThemAllAtOnce()
    {
        var (status, body) = await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers",
            """{"name":"Not Good","provider_type":"telepathy","base_url":"https://user:hunter2@example.com","timeout_secs":0,"headers":{"Host":"x"},"api_key":"two words"}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        var errors = JsonNode.Parse(body)!["errors"]!.AsObject().Select(static e => e.Key).ToArray();
        errors.ShouldBe(["provider_type", "name", "base_url", "timeout_secs", "api_key", "headers.Host"], ignoreOrder: true);
        body.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("openai", """{"region":"eu-west-1"}""", "config.region")]
    [InlineData("azure_openai", """{"api":"v3","api_version":"yesterday"}""", "config.api,config.api_version")]
    [InlineData("bedrock", """{"region":"Frankfurt","credentials":"mine","secret_access_key":"x"}""", "config.region,config.credentials,config.access_key_id")]
    [InlineData("bedrock", """{"credentials":"static"}""", "config.access_key_id,config.secret_access_key")]
    [InlineData("bedrock", """{"credentials":"instance","access_key_id":"AKIDEXAMPLE12345"}""", "config.credentials")]
    [InlineData("bedrock", """{"endpoint":"http://169.254.169.254"}""", "config.endpoint")]
    public async Task ProviderConfig_OfAnotherTypeOrShape_IsRefusedByName(string type, string config, string fields)
    {
        var (status, body) = await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers", $$"""{"name":"a","provider_type":"{{type}}","base_url":"https://example.com","config":{{config}}}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(body)!["errors"]!.AsObject().Select(static e => e.Key).ShouldBe(fields.Split(','), ignoreOrder: true);
    }

    [Theory]
    [InlineData("ftp://example.com")]
    [InlineData("https://example.com/?key=1")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("not an address")]
    public async Task Provider_WithAnAddressThatMayNotBeCalled_IsRefused(string address)
    {
        var (status, body) = await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers", $$"""{"name":"a","provider_type":"custom","base_url":"{{address}}"}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(body)!["errors"]!["base_url"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Provider_NameTaken_Conflicts_AndIsFreeAgainAfterDelete()
    {
        var first = await ProviderAsync("taken");
        (await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers", ProviderJson("taken"))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await _admin.SendAsync(HttpMethod.Delete, $"/api/admin/providers/{first.Id()}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _admin.SendAsync(HttpMethod.Get, $"/api/admin/providers/{first.Id()}")).Status.ShouldBe(HttpStatusCode.NotFound);
        await ProviderAsync("taken");
    }

    [Fact]
    public async Task ProviderPatch_AbsentKeeps_NullClears_MaskKeeps()
    {
        var provider = await _admin.CreateAsync("/api/admin/providers", new
        {
            name = "patched",
            provider_type = "custom",
            base_url = "https://example.com",
            api_keys = new[] { "first-secret-key-aaaa", "second-secret-key-bbbb" },
            headers = new Dictionary<string, string> { ["x-a"] = "value-a-long-enough", ["x-b"] = "value-b-long-enough" },
            timeout_secs = 5,
        });
        var path = $"/api/admin/providers/{provider.Id()}";

        var (status, body) = await _admin.SendAsync(HttpMethod.Patch, path, """{"timeout_secs":null,"headers":{"x-a":null},"api_keys":["••••bbbb","third-secret-key-cccc"]}""");
        status.ShouldBe(HttpStatusCode.OK, body);
        var patched = JsonNode.Parse(body)!.AsObject();
        patched["timeout_secs"].ShouldBeNull();
        patched["base_url"]!.GetValue<string>().ShouldBe("https://example.com");
        patched["headers"]!.AsObject().Select(static h => h.Key).ShouldBe(["x-b"]);
        patched["api_keys"]!.AsArray().Select(static k => k!["hint"]!.GetValue<string>()).ShouldBe(["••••bbbb", "••••cccc"]);
        patched["api_keys"]![0]!["key_id"]!.GetValue<string>().ShouldBe(provider["api_keys"]![1]!["key_id"]!.GetValue<string>());

        (await _admin.SendAsync(HttpMethod.Patch, path, """{"api_key":"••••zzzz"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.SendAsync(HttpMethod.Patch, path, """{"apikey":"x"}""")).Body.ShouldContain("apikey");
    }

    [Fact]
    public async Task ProviderPatch_WithAnOldETag_IsRefused()
    {
        var provider = await ProviderAsync("tagged");
        using var read = await _admin.GetAsync($"/api/admin/providers/{provider.Id()}");
        var tag = read.Headers.ETag!.ToString();
        (await PatchAsync("first")).ShouldBe(HttpStatusCode.OK);
        (await PatchAsync("second")).ShouldBe(HttpStatusCode.PreconditionFailed);

        async Task<HttpStatusCode> PatchAsync(string name)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/admin/providers/{provider.Id()}") { Content = new StringContent($$"""{"display_name":"{{name}}"}""", null, "application/json") };
            request.Headers.TryAddWithoutValidation("If-Match", tag);
            using var response = await _admin.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Models_AndRoutes_RoundTrip_ByIdAndByModelId()
    {
        var provider = await ProviderAsync("for-routes");
        var model = await _admin.CreateAsync("/api/admin/models", new { model_id = "acme/gpt-5", display_name = "GPT", input_price = "1.25", output_price = 10, cache_write_1h_price = "2.50", tags = new[] { "fast" } });
        model["input_price"]!.GetValue<string>().ShouldBe("1.25");
        model["output_price"]!.GetValue<string>().ShouldBe("10");
        model["cache_write_1h_price"]!.GetValue<string>().ShouldBe("2.5");
        model["reasoning_price"].ShouldBeNull();

        var byName = await _admin.CreateAsync("/api/admin/models/acme%2Fgpt-5/routes", new { provider_id = provider.Id(), upstream_model = "gpt-5", weight = 70, prices = new { input_price = 1 } });
        byName["provider_name"]!.GetValue<string>().ShouldBe("for-routes");
        byName["prices"]!["input_price"]!.GetValue<string>().ShouldBe("1");
        (await _admin.SendAsync(HttpMethod.Post, $"/api/admin/models/{model.Id()}/routes", $$"""{"provider_id":"{{provider.Id()}}","upstream_model":"gpt-5"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await _admin.SendAsync(HttpMethod.Post, $"/api/admin/models/{model.Id()}/routes", """{"provider_id":"0199aaaa-0000-7000-8000-000000000000"}""")).Body.ShouldContain("provider_id");

        (await _admin.SendAsync(HttpMethod.Patch, $"/api/admin/model-routes/{byName.Id()}", """{"weight":30,"prices":null}""")).Status.ShouldBe(HttpStatusCode.OK);
        var read = await _admin.ReadAsync("/api/admin/models/acme%2Fgpt-5");
        read["routes"]!.AsArray().Count.ShouldBe(1);
        read["routes"]![0]!["weight"]!.GetValue<int>().ShouldBe(30);
        read["routes"]![0]!["prices"].ShouldBeNull();

        (await _admin.SendAsync(HttpMethod.Delete, $"/api/admin/model-routes/{byName.Id()}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _admin.ReadAsync($"/api/admin/models/{model.Id()}/routes"))["items"]!.AsArray().Count.ShouldBe(0);
    }

    [Fact]
    public async Task Prices_NotGiven_AreTheShippedOnes_UntilSomebodyOverrides_AndUnknownIsNeverZero()
    {
        var shipped = await _admin.CreateAsync("/api/admin/models", new { model_id = "gpt-4o-2024-08-06" });
        shipped["price_source"]!.GetValue<string>().ShouldBe("shipped");
        shipped["input_price"]!.GetValue<string>().ShouldBe("2.5");
        var unknown = await _admin.CreateAsync("/api/admin/models", new { model_id = "acme-unheard-of" });
        unknown["price_source"]!.GetValue<string>().ShouldBe("none");
        unknown["input_price"].ShouldBeNull();
        unknown["output_price"].ShouldBeNull();

        var path = $"/api/admin/models/{shipped.Id()}";
        var changed = JsonNode.Parse((await _admin.SendAsync(HttpMethod.Patch, path, """{"input_price":"9"}""")).Body)!;
        (changed["price_source"]!.GetValue<string>(), changed["input_price"]!.GetValue<string>(), changed["output_price"]!.GetValue<string>()).ShouldBe(("override", "9", "10"));
        var cleared = JsonNode.Parse((await _admin.SendAsync(
            HttpMethod.Patch, path, """{"input_price":null,"output_price":null,"cached_input_price":null}""")).Body)!;
        (cleared["price_source"]!.GetValue<string>(), cleared["input_price"]!.GetValue<string>()).ShouldBe(("shipped", "2.5"));
    }

    [Fact]
    public async Task Lists_ArePagedByKey_WithoutGapsOrRepeats()
    {
        foreach (var i in Enumerable.Range(0, 7))
            await _admin.CreateAsync("/api/admin/models", new { model_id = $"paged-{i}" });
        foreach (var sort in new[] { "-created_at", "created_at", "model_id", "-model_id" })
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await _admin.ReadAsync($"/api/admin/models?q=paged-&limit=3&sort={sort}{(cursor is null ? "" : $"&cursor={cursor}")}");
                seen.AddRange(page["items"]!.AsArray().Select(static m => m!["model_id"]!.GetValue<string>()));
                cursor = page["next_cursor"]?.GetValue<string>();
            }
            while (cursor is not null);
            var expected = Enumerable.Range(0, 7).Select(static i => $"paged-{i}");
            seen.ShouldBe(sort.StartsWith('-') ? expected.Reverse() : expected);
        }

        (await _admin.SendAsync(HttpMethod.Get, "/api/admin/models?limit=1001")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.SendAsync(HttpMethod.Get, "/api/admin/models?cursor=bm9uc2Vuc2U")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task AnotherOrganisation_SeesNothing_AndReachesNothing()
    {
        var provider = await ProviderAsync("mine");
        var model = await _admin.CreateAsync("/api/admin/models", new { model_id = "mine" });
        var route = await _admin.CreateAsync($"/api/admin/models/{model.Id()}/routes", new { provider_id = provider.Id() });
        using var stranger = _host.Client(Guid.CreateVersion7(), _all);

        (await stranger.ReadAsync("/api/admin/providers"))["items"]!.AsArray().Count.ShouldBe(0);
        (await stranger.ReadAsync("/api/admin/models"))["items"]!.AsArray().Count.ShouldBe(0);
        foreach (var path in new[] { $"/api/admin/providers/{provider.Id()}", $"/api/admin/models/{model.Id()}", "/api/admin/models/mine", "/api/admin/models/mine/routes" })
            (await stranger.SendAsync(HttpMethod.Get, path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        foreach (var path in new[] { $"/api/admin/providers/{provider.Id()}", $"/api/admin/models/{model.Id()}", $"/api/admin/model-routes/{route.Id()}" })
        {
            (await stranger.SendAsync(HttpMethod.Patch, path, """{"enabled":false}""")).Status.ShouldBe(HttpStatusCode.NotFound, path);
            (await stranger.SendAsync(HttpMethod.Delete, path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        }

        // Its own model may not lead to somebody else's provider, and the same names are free for it.
        await stranger.CreateAsync("/api/admin/models", new { model_id = "mine" });
        (await stranger.SendAsync(HttpMethod.Post, "/api/admin/models/mine/routes", $$"""{"provider_id":"{{provider.Id()}}"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await _admin.ReadAsync("/api/admin/models/mine"))["routes"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task WithoutThePermission_NothingIsDone_AndItIsNamed()
    {
        using var reader = _host.Client(_org, "providers:read", "models:read");
        (await reader.SendAsync(HttpMethod.Post, "/api/admin/providers", ProviderJson("denied"))).ShouldSatisfyAllConditions(
            static r => r.Status.ShouldBe(HttpStatusCode.Forbidden), static r => r.Body.ShouldContain("providers:create"));
        (await reader.SendAsync(HttpMethod.Get, "/api/admin/settings")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task EveryChange_LeavesAnAuditRow_WithoutSecrets()
    {
        var provider = await _admin.CreateAsync("/api/admin/providers", new { name = "audited", provider_type = "custom", base_url = "https://example.com", api_key = "audited-very-secret-dddd" });
        await _admin.SendAsync(HttpMethod.Patch, $"/api/admin/providers/{provider.Id()}", """{"api_key":"rotated-very-secret-eeee"}""");
        await _admin.SendAsync(HttpMethod.Delete, $"/api/admin/providers/{provider.Id()}");

        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand("SELECT entry FROM catalog.audit_outbox ORDER BY created_at, id");
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<ThinkWatch.Contracts.Audit.AuditEntry>();
        while (await reader.ReadAsync())
            entries.Add(ThinkWatch.Contracts.Audit.AuditEntry.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
        var mine = entries.Where(e => e.ResourceId == provider.Id()).ToList();
        mine.Select(static e => e.Action).ShouldBe(["provider.create", "provider.update", "provider.delete"]);
        mine.ShouldAllBe(e => e.OrgId == _org.ToString() && e.ActorEmail.Length > 0);
        mine[1].Before.ShouldContain("dddd");
        mine[1].After.ShouldContain("eeee");
        string.Concat(entries.Select(static e => e.ToString())).ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Settings_AreTakenAllOrNone()
    {
        var (status, body) = await _admin.SendAsync(HttpMethod.Patch, "/api/admin/settings",
            """{"settings":{"gateway.retry_max":5,"gateway.request_timeout_secs":0,"audit.durability":"hope","no.such":1}}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(body)!["errors"]!.AsObject().Select(static e => e.Key).ShouldBe(["gateway.request_timeout_secs", "audit.durability", "no.such"], ignoreOrder: true);
        (await ValueAsync("gateway.retry_max")).ShouldBe("2");

        (await _admin.SendAsync(HttpMethod.Patch, "/api/admin/settings", """{"settings":{"gateway.retry_max":5}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await ValueAsync("gateway.retry_max")).ShouldBe("5");
        (await _admin.SendAsync(HttpMethod.Patch, "/api/admin/settings", """{"settings":{"gateway.retry_max":null}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await ValueAsync("gateway.retry_max")).ShouldBe("2");

        async Task<string> ValueAsync(string key)
        {
            var category = await _admin.ReadAsync($"/api/admin/settings/category/{key.Split('.')[0]}");
            return category["settings"]!.AsArray().Single(s => s!["key"]!.GetValue<string>() == key)!["value"]!.ToJsonString();
        }
    }

    [Fact]
    public async Task Simulator_AddedTwice_IsThereOnce_AndMarked()
    {
        var first = await _admin.SendAsync(HttpMethod.Post, "/api/setup/simulator");
        first.Status.ShouldBe(HttpStatusCode.OK, first.Body);
        var second = await _admin.SendAsync(HttpMethod.Post, "/api/setup/simulator");
        second.Body.ShouldBe(first.Body);
        var view = JsonNode.Parse(first.Body)!;
        var provider = await _admin.ReadAsync($"/api/admin/providers/{view["provider_id"]!.GetValue<string>()}");
        provider["simulated"]!.GetValue<bool>().ShouldBeTrue();
        provider["base_url"]!.GetValue<string>().ShouldBe("http://127.0.0.1:9/v1");
        var model = await _admin.ReadAsync("/api/admin/models/sim-gpt");
        model["routes"]!.AsArray().Count.ShouldBe(1);
        model["input_price"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Simulator_OnAnotherPortAfterARestart_IsFoundAgain()
    {
        var added = JsonNode.Parse((await _admin.SendAsync(HttpMethod.Post, "/api/setup/simulator")).Body)!;
        var other = await ProviderAsync("not-simulated");
        await using var restarted = await AdminApiHost.StartAsync(_database, configuration: ("services:provider-simulator:http:0", "http://127.0.0.1:10"));
        await EventuallyAsync(async () => (await UrlAsync(added["provider_id"]!)) == "http://127.0.0.1:10/v1");
        (await UrlAsync(other["id"]!)).ShouldBe("https://example.com");

        async Task<string> UrlAsync(JsonNode id) => (await _admin.ReadAsync($"/api/admin/providers/{id.GetValue<string>()}"))["base_url"]!.GetValue<string>();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            attempt.ShouldBeLessThan(200);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string ProviderJson(string name) => $$"""{"name":"{{name}}","provider_type":"custom","base_url":"https://example.com"}""";

    private Task<JsonObject> ProviderAsync(string name) => _admin.CreateAsync("/api/admin/providers", new { name, provider_type = "custom", base_url = "https://example.com" });

    /// <summary>Everything the schema holds, as text.</summary>
    private async Task<string> StoredTextAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand("SELECT coalesce(string_agg(p::text, ' '), '') || (SELECT coalesce(string_agg(k::text, ' '), '') FROM catalog.provider_keys k) FROM catalog.providers p");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
