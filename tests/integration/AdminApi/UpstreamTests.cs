using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>What asks a provider itself, against a provider on this machine that lists its models in each type's own way.</summary>
public sealed class UpstreamTests(AdminApiFixture fixture) : IClassFixture<AdminApiFixture>, IAsyncLifetime
{
    private const string Secret = "sk-upstream-very-secret-1234";
    private const string AwsSecret = "aws-very-secret-5678";

    private readonly HttpClient _admin = fixture.Host.Client(
        Guid.CreateVersion7(), "providers:read", "providers:create", "providers:update", "models:read", "models:create", "models:update");

    private readonly List<string> _asked = [];
    private WebApplication? _upstream;
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _upstream = builder.Build();
        _upstream.Run(AnswerAsync);
        await _upstream.StartAsync();
        _url = _upstream.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _upstream!.DisposeAsync();
    }

    [Theory]
    [InlineData("openai", "", "{}", "/v1/models")]
    [InlineData("custom", "/v1", "{}", "/v1/models")]
    [InlineData("anthropic", "", "{}", "/v1/models?limit=1000")]
    [InlineData("google", "", "{}", "/v1beta/models?pageSize=1000")]
    [InlineData("azure_openai", "", """{"api_version":"2024-10-21"}""", "/openai/models?api-version=2024-10-21")]
    [InlineData("azure_openai", "", """{"api":"v1"}""", "/openai/v1/models")]
    [InlineData("bedrock", "", """{"region":"eu-west-1","access_key_id":"AKIDEXAMPLE12345","secret_access_key":"aws-very-secret-5678"}""", "/foundation-models")]
    public async Task Test_OfEachType_AsksForItsModels_WithItsOwnCredentials(string type, string path, string config, string asked)
    {
        var result = await TestAsync($$"""{"provider_type":"{{type}}","base_url":"{{_url}}{{path}}","api_key":"{{Secret}}","config":{{config}},"allow_private_network":true}""");

        result["ok"]!.GetValue<bool>().ShouldBeTrue(result.ToJsonString());
        result["models_found"]!.GetValue<int>().ShouldBe(2);
        result["latency_ms"]!.GetValue<double>().ShouldBeGreaterThan(0);
        _asked.ShouldBe([asked]);
    }

    /// <summary>The stand-in is the metadata service, too.</summary>
    [Theory]
    [InlineData("container", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/role")]
    [InlineData("instance", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "")]
    public async Task Test_OfBedrock_WithARole_IsMadeWithThisServicesOwn(string kind, string variable, string path)
    {
        var environment = fixture.Host.Services.GetRequiredService<IConfiguration>();
        var provider = $$"""{"provider_type":"bedrock","base_url":"{{_url}}","config":{"region":"eu-west-1","credentials":"{{kind}}"},"allow_private_network":true}""";
        environment[variable] = kind == "container" ? null : _url + "/nothing-here";
        var none = await TestAsync(provider);
        none["ok"]!.GetValue<bool>().ShouldBeFalse();
        none["error"]!.GetValue<string>().ShouldStartWith("This service has no credentials of a role");
        environment[variable] = _url + path;
        try
        {
            var result = await TestAsync(provider);
            result["ok"]!.GetValue<bool>().ShouldBeTrue(result.ToJsonString());
            _asked.ShouldContain("/foundation-models");
        }
        finally
        {
            environment[variable] = null;
        }
    }

    [Fact]
    public async Task Test_ThatFails_SaysWhy_WithoutASecret()
    {
        var refused = await TestAsync($$"""{"provider_type":"openai","base_url":"{{_url}}","api_key":"wrong-very-secret-key","allow_private_network":true}""");
        (refused["ok"]!.GetValue<bool>(), refused["status"]!.GetValue<int>()).ShouldBe((false, 401));
        refused["error"]!.GetValue<string>().ShouldBe("401 Unauthorized: Incorrect API key provided: Bearer ••••");

        var inside = await TestAsync($$"""{"provider_type":"openai","base_url":"{{_url.Replace("127.0.0.1", "localhost")}}","api_key":"{{Secret}}"}""");
        inside["ok"]!.GetValue<bool>().ShouldBeFalse();
        inside["status"].ShouldBeNull();
        inside["error"]!.GetValue<string>().ShouldStartWith("The address is private");

        var html = await TestAsync($$"""{"provider_type":"custom","base_url":"{{_url}}/html/v1","api_key":"{{Secret}}","allow_private_network":true}""");
        html["error"]!.GetValue<string>().ShouldBe("The answer is not JSON.");
        fixture.Host.Log.ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Test_OfAStoredProvider_SendsItsSecretsToItsOwnAddressOnly()
    {
        var provider = await StoredAsync("stored");
        var id = provider["id"]!.GetValue<string>();
        (await TestAsync($$"""{"provider_id":"{{id}}"}"""))["ok"]!.GetValue<bool>().ShouldBeTrue();
        (await TestAsync($$"""{"provider_id":"{{id}}","base_url":"{{_url}}/v1","api_keys":["••••1234"]}"""))["ok"]!.GetValue<bool>().ShouldBeTrue();
        _asked.Clear();

        var elsewhere = _url.Replace("127.0.0.1", "localhost");
        foreach (var keys in new[] { "", ""","api_key":"••••1234" """, ""","api_keys":["••••1234"]""" })
        {
            var (status, body) = await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers/test", $$"""{"provider_id":"{{id}}","base_url":"{{elsewhere}}"{{keys}}}""");
            status.ShouldBe(HttpStatusCode.BadRequest);
            JsonNode.Parse(body)!["errors"]!["api_key"].ShouldNotBeNull();
        }

        _asked.ShouldBeEmpty();
        using var stranger = fixture.Host.Client(Guid.CreateVersion7(), "providers:create");
        (await stranger.SendAsync(HttpMethod.Post, "/api/admin/providers/test", $$"""{"provider_id":"{{id}}"}""")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Import_MakesModelsWithRoutesAndShippedPrices_Once()
    {
        var provider = await StoredAsync("imported");
        var path = $"/api/admin/providers/{provider.Id()}";
        var offered = (await _admin.ReadAsync(path + "/remote-models"))["items"]!.AsArray();
        offered.Select(static model => model!["upstream_model"]!.GetValue<string>()).ShouldBe(["acme-unheard-of", "gpt-4o"]);
        offered[1]!["prices"]!["input_price"]!.GetValue<string>().ShouldBe("2.5");
        offered[0]!["prices"].ShouldBeNull();

        const string Wanted = """{"models":[{"upstream_model":"gpt-4o"},{"upstream_model":"gpt-4o","model_id":"team/best"},{"upstream_model":"acme-unheard-of","enabled":false}]}""";
        var (status, body) = await _admin.SendAsync(HttpMethod.Post, path + "/import-models", Wanted);
        status.ShouldBe(HttpStatusCode.OK, body);
        var results = JsonNode.Parse(body)!["results"]!.AsArray();
        results.Select(static r => (r!["status"]!.GetValue<int>(), r["price_source"]!.GetValue<string>())).ShouldBe([(201, "shipped"), (201, "shipped"), (201, "none")]);
        var best = await _admin.ReadAsync("/api/admin/models/team%2Fbest");
        best["output_price"]!.GetValue<string>().ShouldBe("10");
        best["routes"]![0]!["upstream_model"]!.GetValue<string>().ShouldBe("gpt-4o");

        var again = JsonNode.Parse((await _admin.SendAsync(HttpMethod.Post, path + "/import-models", Wanted)).Body)!["results"]!.AsArray();
        again.Select(static r => r!["status"]!.GetValue<int>()).ShouldBe([200, 200, 200]);
        (await _admin.ReadAsync(path + "/remote-models"))["items"]![1]!["imported_as"]!.AsArray().Select(static m => m!.GetValue<string>()).ShouldBe(["gpt-4o", "team/best"]);

        // All or none.
        (await _admin.SendAsync(HttpMethod.Post, path + "/import-models", """{"models":[{"upstream_model":"fine"},{"upstream_model":"","model_id":"not good"}]}"""))
            .ShouldSatisfyAllConditions(static r => r.Status.ShouldBe(HttpStatusCode.BadRequest), static r => r.Body.ShouldContain("models[1].model_id"), static r => r.Body.ShouldContain("models[1].upstream_model"));
        (await _admin.SendAsync(HttpMethod.Get, "/api/admin/models/fine")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<JsonObject> TestAsync(string json)
    {
        var (status, body) = await _admin.SendAsync(HttpMethod.Post, "/api/admin/providers/test", json);
        status.ShouldBe(HttpStatusCode.OK, body);
        body.ShouldNotContain("very-secret");
        return JsonNode.Parse(body)!.AsObject();
    }

    private Task<JsonObject> StoredAsync(string name) =>
        _admin.CreateAsync("/api/admin/providers", new { name, provider_type = "openai", base_url = _url, api_key = Secret, allow_private_network = true });

    private Task AnswerAsync(HttpContext http)
    {
        var target = http.Request.Path + http.Request.QueryString;
        lock (_asked)
            _asked.Add(target);
        if (target.StartsWith("/html", StringComparison.Ordinal))
            return http.Response.WriteAsync("<html>");
        const string Role = """{"Code":"Success","AccessKeyId":"AKIDEXAMPLE12345","SecretAccessKey":"aws-very-secret-5678","Token":"role-very-secret-token","Expiration":"2099-01-01T00:00:00Z"}""";
        switch (target)
        {
            case "/role" or "/latest/meta-data/iam/security-credentials/the-role":
                return http.Response.WriteAsync(Role);
            case "/latest/api/token":
                return http.Response.WriteAsync("session");
            case "/latest/meta-data/iam/security-credentials/":
                return http.Response.WriteAsync("the-role");
        }

        var bearer = http.Request.Headers.Authorization.ToString();
        var (allowed, answer) = target.Split('?')[0] switch
        {
            "/v1/models" when http.Request.Headers["anthropic-version"].Count > 0 => (http.Request.Headers["x-api-key"] == Secret,
                """{"data":[{"type":"model","id":"claude-opus-5-5","display_name":"Claude Opus 5.5","max_input_tokens":1000000},{"type":"model","id":"claude-haiku-5-5"}],"has_more":false}"""),
            "/v1/models" => (bearer == "Bearer " + Secret, """{"object":"list","data":[{"id":"gpt-4o","object":"model"},{"id":"acme-unheard-of","object":"model"}]}"""),
            "/v1beta/models" => (http.Request.Headers["x-goog-api-key"] == Secret, """{"models":[{"name":"models/gemini-2.5-pro","inputTokenLimit":1048576},{"name":"models/gemini-2.5-flash"}]}"""),
            "/openai/models" or "/openai/v1/models" => (http.Request.Headers["api-key"] == Secret, """{"data":[{"id":"gpt-4o"},{"id":"gpt-5"}]}"""),
            "/foundation-models" => (IsSigned(http), """{"modelSummaries":[{"modelId":"amazon.nova-lite-v1:0","modelName":"Nova Lite"},{"modelId":"b"}]}"""),
            _ => (false, ""),
        };
        http.Response.StatusCode = allowed ? 200 : 401;
        return http.Response.WriteAsync(allowed ? answer : $$$"""{"error":{"message":"Incorrect API key provided: {{{bearer}}}"}}""");
    }

    /// <summary>By the same rules, from the other side: the signature is recomputed from what arrived.</summary>
    private static bool IsSigned(HttpContext http)
    {
        var headers = http.Request.Headers;
        List<(string, string)> signed = [("host", headers.Host.ToString()), ("x-amz-content-sha256", headers["x-amz-content-sha256"].ToString()), ("x-amz-date", headers["x-amz-date"].ToString())];
        if (headers["x-amz-security-token"] is [{ } token])
            signed.Add(("x-amz-security-token", token));
        return headers.Authorization == ThinkWatch.Outbound.Aws.SigV4.Authorize(
            "GET", new Uri($"http://{headers.Host}{http.Request.Path}"), signed, signed[1].Item2, "AKIDEXAMPLE12345", AwsSecret, "eu-west-1", "bedrock", signed[2].Item2);
    }
}
