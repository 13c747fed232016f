using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Hostile;

/// <summary>Whatever a client sends, it gets a clear error in OpenAI's shape, with a request id, and the fleet goes on.</summary>
[Collection(FleetCollection.Name)]
public sealed class HostileInputTests(FleetFixture fixture)
{
    private const int FiftyMegabytes = 50 * 1024 * 1024;

    public static TheoryData<string, string> MalformedBodies => new()
    {
        { "empty", "" },
        { "not JSON", "hello" },
        { "truncated", """{"model":"sim-chat","messages":[{"role":"user","con""" },
        { "an array", "[1,2,3]" },
        { "model is a number", """{"model":42,"messages":[]}""" },
        { "model is missing", """{"messages":[{"role":"user","content":"x"}]}""" },
        { "stream is text", """{"model":"sim-chat","stream":"yes","messages":[]}""" },
        { "deeply nested", $$"""{"model":"sim-chat","messages":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""" },
        { "huge number", """{"model":"sim-chat","max_tokens":1e999999,"messages":[]}""" },
        { "lone surrogate", "{\"model\":\"\\ud800\",\"messages\":[]}" },
        { "trailing garbage", """{"model":"sim-chat","messages":[]} x""" },
    };

    [Theory]
    [MemberData(nameof(MalformedBodies))]
    public async Task Body_Malformed_IsA400OrA404InOpenAisShape(string what, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await fixture.Admin.Gateway.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBeInRange(400, 404, what);
        await ShouldBeAnErrorAsync(answer);
    }

    [Fact]
    public async Task Body_InvalidUtf8_IsA400()
    {
        using var content = new ByteArrayContent([.. """{"model":"sim-chat","messages":[{"role":"user","content":" """u8, 0xff, 0xfe, .. "\"}]}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await fixture.Admin.Gateway.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await ShouldBeAnErrorAsync(answer);
    }

    [Fact]
    public async Task Body_Of50Megabytes_IsA413AndTheGatewayGoesOn()
    {
        using var content = new ByteArrayContent(new byte[FiftyMegabytes]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
        request.Headers.ExpectContinue = true;
        using var answer = await fixture.Admin.Gateway.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        await ShouldBeAnErrorAsync(answer);
        (await fixture.Admin.Gateway.GetAsync("/v1/models", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("unknown", "Authorization", "Bearer tw-0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("not ours", "Authorization", "Bearer sk-something")]
    [InlineData("basic", "Authorization", "Basic dXNlcjpwYXNz")]
    [InlineData("none", "x-nothing", "x")]
    public async Task Key_Wrong_IsA401WithoutARepetitionOfTheKey(string what, string header, string value)
    {
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent("{}") };
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, what);
        (await ShouldBeAnErrorAsync(answer)).ShouldNotContain("0123456789");
    }

    [Fact]
    public async Task Key_InTheUrl_IsA401AndInNoLog()
    {
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        using var answer = await client.GetAsync($"/v1/models?api_key={fixture.Admin.ApiKey}", TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await ShouldBeAnErrorAsync(answer);
        fixture.Fleet.WholeLog().ShouldNotContain(fixture.Admin.ApiKey);
    }

    [Fact]
    public async Task Key_Revoked_StopsWorkingWithinASecond()
    {
        var cancel = TestContext.Current.CancellationToken;
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "short-lived", surfaces = new[] { "ai_gateway" } }, cancel);
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.GetProperty("key").GetString());
        (await client.GetAsync("/v1/models", cancel)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var gone = await fixture.Admin.Console.DeleteAsync($"/api/keys/{key.GetProperty("id").GetString()}", cancel);
        gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        (await client.GetAsync("/v1/models", cancel)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Model_Unknown_IsA404WithItsCode()
    {
        using var content = new StringContent("""{"model":"nobody","messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json");
        using var answer = await fixture.Admin.Gateway.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ShouldBeAnErrorAsync(answer)).ShouldContain("model_not_found");
    }

    private static async Task<string> ShouldBeAnErrorAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var body = JsonDocument.Parse(text);
        var error = body.RootElement.GetProperty("error");
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
        Guid.TryParse(answer.Headers.GetValues("x-request-id").Single(), out _).ShouldBeTrue();
        return text;
    }
}
