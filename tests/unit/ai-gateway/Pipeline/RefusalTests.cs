using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class RefusalTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("", 400, null)]
    [InlineData("nonsense", 400, null)]
    [InlineData("[]", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{"role":"user","content":"x"}]""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{"role":"user","content":"x"}]} {}""", 400, null)]
    [InlineData("""{"model":"sim-chat","model":"sim-tools","messages":[{}]}""", 400, null)]
    [InlineData("""{"model":"sim-chat","mod\u0065l":"sim-tools","messages":[{}]}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{}],"stream":"yes"}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{}],"max_tokens":1e999}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{}],"max_tokens":99999999999999999999}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{}],"temperature":1e999}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[{}],"n":0}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":"hello"}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":[]}""", 400, null)]
    [InlineData("""{"model":"sim-chat","messages":["x"]}""", 400, null)]
    [InlineData("""{"model":"sim-chat"}""", 400, null)]
    [InlineData("""{"model":42,"messages":[{}]}""", 400, null)]
    [InlineData("""{"model":"","messages":[{}]}""", 400, null)]
    [InlineData("""{"model":"\ud800","messages":[{}]}""", 400, null)]
    [InlineData("""{"\ud800":1,"model":"sim-chat","messages":[{}],"stream_options":5}""", 400, null)]
    [InlineData("""{"messages":[{}]}""", 400, null)]
    [InlineData("""{"model":"nothing-like-it","messages":[{}]}""", 404, "model_not_found")]
    public async Task Request_ThatCannotBe_GetsAClearErrorAndARow(string body, int status, string? code)
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, body);
        ((int)response.StatusCode).ShouldBe(status);
        var error = await response.ErrorAsync();
        error.Code().ShouldBe(code);
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        var row = await gateway.RowAsync(response.Id());
        row.Status.ShouldBe(status);
        row.Outcome.ShouldBe(Outcome.Error);
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == row.Id);
    }

    [Fact]
    public async Task Body_NestedTooDeep_Is400()
    {
        var key = gateway.Identity.AddKey();
        var deep = Calls.Chat("sim-chat", ",\"x\":" + new string('[', 100_000) + new string(']', 100_000));
        using var response = await gateway.ChatAsync(key, deep);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await response.ErrorAsync();
    }

    [Fact]
    public async Task Body_OfBrokenUtf8_Is400()
    {
        var key = gateway.Identity.AddKey();
        using var request = Calls.Post(key, "");
        request.Content = new ByteArrayContent([.. "{\"model\":\"sim-chat\",\"messages\":[{\"content\":\""u8, 0xC3, 0x28, .. "\"}]}"u8]);
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.ErrorAsync()).GetProperty("message").GetString()!.ShouldContain("UTF-8");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_OverTheLimit_Is413(bool announced)
    {
        var key = gateway.Identity.AddKey();
        using var request = Calls.Post(key, Calls.Chat("sim-chat", $",\"x\":\"{new string('x', 50_000_000)}\""));
        request.Headers.TransferEncodingChunked = !announced;
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.ErrorAsync()).Code().ShouldBe("request_too_large");
    }

    [Fact]
    public async Task Body_Compressed_Is415()
    {
        using var request = Calls.Post(gateway.Identity.AddKey(), Calls.Chat("sim-chat"));
        request.Content!.Headers.ContentEncoding.Add("gzip");
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        await response.ErrorAsync();
    }

    [Fact]
    public async Task Key_InXApiKey_IsAccepted()
    {
        using var request = Calls.Post("unused", Calls.Chat("sim-chat"));
        request.Headers.Authorization = null;
        request.Headers.Add("x-api-key", gateway.Identity.AddKey());
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Key_BesideAPlaceholder_IsAccepted()
    {
        using var request = Calls.Post("sk-placeholder", Calls.Chat("sim-chat"));
        request.Headers.Add("x-api-key", gateway.Identity.AddKey());
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("none", "missing_api_key")]
    [InlineData("basic", "invalid_api_key")]
    [InlineData("foreign", "invalid_api_key")]
    [InlineData("unknown", "invalid_api_key")]
    [InlineData("query", "misplaced_api_key")]
    [InlineData("cookie", "misplaced_api_key")]
    [InlineData("two", "conflicting_api_keys")]
    public async Task Key_InAnOddPlace_Is401AndNeverLogged(string place, string code)
    {
        var key = gateway.Identity.AddKey();
        using var request = Calls.Post(key, Calls.Chat("sim-chat"));
        request.Headers.Authorization = null;
        switch (place)
        {
            case "basic": request.Headers.Authorization = new AuthenticationHeaderValue("Basic", key); break;
            case "foreign": request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-proj-123"); break;
            case "unknown": request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "tw-" + new string('a', 60)); break;
            case "query": request.RequestUri = new Uri("/v1/chat/completions?api_key=" + key, UriKind.Relative); break;
            case "cookie": request.Headers.Add("cookie", "key=" + key); break;
            case "two":
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                request.Headers.Add("x-api-key", gateway.Identity.AddKey());
                break;
            default: break;
        }

        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await response.ErrorAsync()).Code().ShouldBe(code);
        gateway.Logs.Lines.ShouldNotContain(line => line.Contains(key));
    }

    [Theory]
    [InlineData(AuthOutcome.Revoked, 401, "revoked_api_key")]
    [InlineData(AuthOutcome.Expired, 401, "expired_api_key")]
    [InlineData(AuthOutcome.Disabled, 401, "disabled_api_key")]
    [InlineData(AuthOutcome.AddressNotAllowed, 403, "address_not_allowed")]
    public async Task Key_ThatIdentityRefuses_IsRefused(AuthOutcome outcome, int status, string code)
    {
        var key = gateway.Identity.AddKey();
        gateway.Identity.Judge(key, outcome);
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));
        ((int)response.StatusCode).ShouldBe(status);
        (await response.ErrorAsync()).Code().ShouldBe(code);
    }

    [Fact]
    public async Task Principal_WithoutTheRight_Is403WithARow()
    {
        var noSurface = gateway.Identity.AddKey(static p => p.Surfaces.Clear());
        var noPermission = gateway.Identity.AddKey(static p => p.Permissions.Clear());
        var otherModels = gateway.Identity.AddKey(static p => p.KeyModels = new StringList { Items = { "gpt-*" } });
        var noOverlap = gateway.Identity.AddKey(static p =>
        {
            p.RoleModels = new StringList { Items = { "gpt-*" } };
            p.KeyModels = new StringList { Items = { "sim-*" } };
        });
        var none = gateway.Identity.AddKey(static p => p.KeyModels = new StringList());
        foreach (var (key, code) in ((string, string)[])
            [(noSurface, "surface_not_allowed"), (noPermission, "permission_denied"), (otherModels, "model_not_allowed"), (noOverlap, "model_not_allowed"), (none, "model_not_allowed")])
        {
            using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await response.ErrorAsync()).Code().ShouldBe(code);
            (await gateway.RowAsync(response.Id())).Outcome.ShouldBe(Outcome.Denied);
        }

        var allowed = gateway.Identity.AddKey(static p => p.RoleModels = new StringList { Items = { "sim-c*", "other" } });
        (await gateway.ChatAsync(allowed, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Model_SwitchedOff_Is404AtOnce()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-chat");
        (await gateway.ChatAsync(key, Calls.Chat(model))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await gateway.ChangeCatalogAsync(snapshot => snapshot.Models.Single(m => m.ModelId == model).Enabled = false);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.ErrorAsync()).Code().ShouldBe("model_disabled");
    }

    [Fact]
    public async Task Provider_SwitchedOff_LeavesNoRoute()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-chat");
        await gateway.ChangeCatalogAsync(snapshot => snapshot.Providers.Single(p => p.Name == "p-" + model).Enabled = false);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.ErrorAsync()).Code().ShouldBe("no_route");
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task Organisation_Another_SeesNothingOfThisOne()
    {
        var stranger = gateway.Identity.AddKey(static p => p.OrgId = "01890000-0000-7000-8000-00000000000f");
        using var response = await gateway.ChatAsync(stranger, Calls.Chat("sim-chat"));
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var list = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", stranger) } };
        (await (await gateway.Http.SendAsync(list)).Content.ReadAsStringAsync()).ShouldBe("""{"object":"list","data":[]}""");
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("POST", "/v1/nothing")]
    [InlineData("GET", "/v1/responses")]
    public async Task Route_Unknown_Is404InShape(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.ErrorAsync()).Code().ShouldBe("unknown_url");
    }
}
