using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Libraries.Tests.ManagementApi;

/// <summary>The outer layer over a real server: what a client sees when something goes wrong.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private readonly WebApplication _app = Build();
    private readonly HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Exception_Unforeseen_IsA500ThatSaysNothingOfIt()
    {
        using var reply = await _client.GetAsync("/api/boom");
        var text = await reply.Content.ReadAsStringAsync();

        ((int)reply.StatusCode).ShouldBe(500);
        text.ShouldNotContain("sk-secret");
        reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        problem.GetProperty("request_id").GetString().ShouldBe(reply.Headers.GetValues("x-request-id").Single());
        problem.GetProperty("status").GetInt32().ShouldBe(500);
        reply.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    [Theory]
    [InlineData("""{"nmae":1,"nested":{"bad":2},"list":[{"good":1},{"worse":3}]}""", "nmae", "nested.bad", "list[1].worse")]
    [InlineData("""{"nested":{"good":"text"}}""", "nested.good")]
    public async Task Body_DoesNotBind_NamesTheFields(string body, params string[] fields)
    {
        using var content = new StringContent(body, null, "application/json");
        using var reply = await _client.PostAsync("/api/echo", content);

        ((int)reply.StatusCode).ShouldBe(400);
        var problem = await reply.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(fields, ignoreOrder: true);
        problem.GetRawText().ShouldNotContain("System.");
    }

    [Theory]
    [InlineData("POST", "/api/echo", "{", "application/json", 400)]
    [InlineData("POST", "/api/echo", "x", "text/plain", 415)]
    [InlineData("PUT", "/api/echo", "{}", "application/json", 405)]
    [InlineData("GET", "/api/nothing", null, null, 404)]
    [InlineData("GET", "/api/gone", null, null, 404)]
    [InlineData("GET", "/api/busy", null, null, 429)]
    public async Task Refusal_OfAnyKind_IsAProblem(string method, string path, string? body, string? type, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, null, type!) };
        using var reply = await _client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(status);
        reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        if (status == 429)
            reply.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Endpoint_WithoutARequirement_StopsTheService()
    {
        await using var app = Build();
        app.MapGet("/api/forgotten", () => "open");
        app.Services.GetRequiredService<IServer>().ShouldNotBeNull();
        await app.StartAsync();

        var error = await Should.ThrowAsync<InvalidOperationException>(
            async () => await new EndpointRules(app.Services.GetServices<EndpointDataSource>()).StartedAsync(CancellationToken.None));

        error.Message.ShouldContain("/api/forgotten");
        error.Message.ShouldNotContain("/api/echo");
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.Configure<JsonOptions>(o => ApiJson.Apply(o.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        var app = builder.Build();
        app.UseRouting();
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(BodyBuffering.InvokeAsync);
        app.MapGet("/api/boom", string () => throw new InvalidOperationException("with sk-secret inside")).AllowAnonymousCaller();
        app.MapGet("/api/gone", () => ApiProblem.NotFound("thing")).AllowAnonymousCaller();
        app.MapGet("/api/busy", () => ApiProblem.TooMany("Wait.", TimeSpan.FromSeconds(1.2))).AllowAnonymousCaller();
        app.MapPost("/api/echo", (Outer body) => Results.Ok(body)).AllowAnonymousCaller();
        return app;
    }

    private sealed record Outer(string? Name, Inner? Nested, Inner[]? List);

    private sealed record Inner(int? Good);
}
