using Microsoft.Playwright;
using ThinkWatch.Fleet;

[assembly: AssemblyFixture(typeof(ThinkWatch.Browser.Tests.FleetFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ThinkWatch.Browser.Tests;

/// <summary>
/// One fresh fleet and one Chromium for the assembly. The set-up wizard is walked once, by whichever test comes first: the others stand on
/// what it left, its own test looks at what it saw.
/// </summary>
public sealed class FleetFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private FleetProcess? _fleet;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Task<SetupWalk>? _setup;

    /// <summary>The console port.</summary>
    public Uri ConsoleUrl => _fleet!.Console;

    /// <summary>The gateway port.</summary>
    public Uri GatewayUrl => _fleet!.Gateway;

    public async ValueTask InitializeAsync()
    {
        _fleet = await FleetProcess.StartAsync();
        if (!File.Exists(Chromium)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        });
    }

    /// <summary>A browser of its own, signed in as nobody.</summary>
    internal async Task<ConsolePage> VisitAsync(Look? look = null)
    {
        SkipWithoutBrowser();
        return await ConsolePage.OpenAsync(_browser!, ConsoleUrl, look ?? Look.Default);
    }

    /// <summary>A browser of its own, signed in as the first administrator; the fleet is set up.</summary>
    internal async Task<ConsolePage> SignInAsync(Look? look = null)
    {
        await SetUpAsync();
        var console = await VisitAsync(look);
        await console.SignInAsync(SetupWalk.Email, SetupWalk.Password);
        return console;
    }

    /// <summary>Walks through the wizard, unless it was walked already; tests run one after another. A walk that failed fails every test at once.</summary>
    internal Task<SetupWalk> SetUpAsync()
    {
        SkipWithoutBrowser();
        return _setup ??= SetupWalk.TakeAsync(this);
    }

    private void SkipWithoutBrowser() => Assert.SkipUnless(_browser is not null, $"Chromium is not installed at {Chromium}.");

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }
}
