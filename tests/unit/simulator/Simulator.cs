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

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public async ValueTask InitializeAsync()
    {
        _app = SimulatorApp.Build([]);
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
        await _app.DisposeAsync();
    }

    internal Task<HttpResponseMessage> CallAsync(string format, string model, bool stream) =>
        Http.SendAsync(Wire.Call(format, Url, model, stream), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    internal async Task<string> TextAsync(string format, string model, bool stream)
    {
        using var response = await CallAsync(format, model, stream);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
