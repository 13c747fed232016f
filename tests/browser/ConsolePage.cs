using Microsoft.Playwright;
using ThinkWatch.Fleet;

namespace ThinkWatch.Browser.Tests;

/// <summary>How a browser is set: theme, width, language.</summary>
internal sealed record Look(string Theme, int Width, string Locale)
{
    public static readonly Look Default = new("light", 1440, "en");

    public string Name => $"{Theme}-{Width}-{Locale}";
}

/// <summary>
/// One tab of the console in a browser context of its own. It keeps what no page may do: break the content security policy, throw, or ask another host.
/// </summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private const float Patience = 20_000;
    private static readonly string _screenshots = Path.Combine(Repository.Root, "tests", "browser", "screenshots");
    private static readonly Lazy<string> _axe = new(static () =>
        File.ReadAllText(Path.Combine(Repository.Root, "web", "node_modules", "axe-core", "axe.min.js")));

    private readonly IBrowserContext _context;
    private readonly Uri _console;
    private readonly Look _look;
    private readonly List<string> _offences = [];

    private ConsolePage(IBrowserContext context, IPage page, Uri console, Look look) => (_context, Page, _console, _look) = (context, page, console, look);

    public IPage Page { get; }

    public static async Task<ConsolePage> OpenAsync(IBrowser browser, Uri console, Look look)
    {
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = look.Width, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(Patience);
        await context.AddInitScriptAsync($"localStorage.setItem('thinkwatch.theme', '{look.Theme}'); localStorage.setItem('thinkwatch.locale', '{look.Locale}')");
        var tab = new ConsolePage(context, await context.NewPageAsync(), console, look);
        tab.Watch();
        return tab;
    }

    public async Task GoAsync(string path) => await Page.GotoAsync(new Uri(_console, path).ToString());

    public async Task SignInAsync(string email, string password)
    {
        await GoAsync("/login");
        await Page.GetByLabel("E-mail").Or(Page.GetByLabel("电子邮件")).FillAsync(email);
        await Page.GetByLabel("Password").Or(Page.GetByLabel("密码")).FillAsync(password);
        await Page.Keyboard.PressAsync("Enter");
        await Page.WaitForURLAsync(static url => !url.Contains("/login", StringComparison.Ordinal));
        // The address changes first: what comes next must not click on a sign-in page that is going away.
        await Page.Locator("#main").WaitForAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public ILocator Row(string text) => Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    /// <summary>Waits until a row has gone. Behind an open dialog no row is to be seen, so the dialog goes first: with it, what it asked the server for is done.</summary>
    public async Task GoneAsync(string row)
    {
        await Assertions.Expect(Dialog).ToHaveCountAsync(0, new() { Timeout = Patience });
        await Assertions.Expect(Row(row)).ToHaveCountAsync(0, new() { Timeout = Patience });
    }

    /// <summary>Waits until the page has its data: nothing shimmers any more.</summary>
    public async Task SettleAsync()
    {
        await Page.WaitForFunctionAsync("() => document.querySelectorAll('.skeleton').length === 0 && document.fonts.status === 'loaded'");
        await Page.EvaluateAsync("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>Keeps a picture among the artefacts.</summary>
    public async Task PictureAsync(string name) =>
        await Page.ScreenshotAsync(new() { Path = Path.Combine(_screenshots, $"{name}-{_look.Name}.png"), FullPage = true });

    /// <summary>What axe finds wrong, one line a finding.</summary>
    public async Task<string[]> AxeAsync()
    {
        await Page.EvaluateAsync(_axe.Value);
        return await Page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document)).violations
              .map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(' ')).join(' | ')}`)
            """);
    }

    /// <summary>By how many pixels the page is wider than the window.</summary>
    public async Task<int> OverflowAsync() =>
        await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Keeps a picture of the page as it stands; axe finds nothing, and it fits the window.</summary>
    public async Task ShouldLookRightAsync(string name)
    {
        await SettleAsync();
        await PictureAsync(name);
        (await AxeAsync()).ShouldBeEmpty(name);
        (await OverflowAsync()).ShouldBeLessThanOrEqualTo(0, name);
    }

    public void ShouldBeClean() => _offences.ShouldBeEmpty();

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Watch()
    {
        Page.PageError += (_, error) => _offences.Add($"threw: {error}");
        Page.Console += (_, message) =>
        {
            // The browser's own note of a refused request is no fault of the page.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) _offences.Add($"console: {message.Text}");
        };
        Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_console.ToString(), StringComparison.Ordinal)) _offences.Add($"asked another host: {request.Url}");
        };
    }
}
