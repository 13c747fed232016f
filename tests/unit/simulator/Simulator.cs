using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(ThinkWatch.ProviderSimulator.Tests.Simulator))]

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>The whole simulator on a real port.</summary>
public sealed class Simulator : IAsyncLifetime
{
    private WebApplication? _app;

    public string Url { get; private set; } = "";

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _app = SimulatorApp.Build([]);
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(30) };
        Http.DefaultRequestHeaders.Add("x-api-key", "any");
        Http.DefaultRequestHeaders.Add("x-goog-api-key", "any");
        Http.DefaultRequestHeaders.Add("api-key", "any");
        Http.DefaultRequestHeaders.Add("authorization", "Bearer any");
        Http.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
        await _app.DisposeAsync();
    }

    internal Task<HttpResponseMessage> SendAsync(string path, JsonNode body, string? requestId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        if (requestId is not null)
            request.Headers.Add("x-thinkwatch-request-id", requestId);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    internal async Task<JsonNode> AnswerAsync(string path, JsonNode body, string? requestId = null)
    {
        using var response = await SendAsync(path, body, requestId);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }
}
