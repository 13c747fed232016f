using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.Fleet;

namespace ThinkWatch.Tests;

/// <summary>oidc-provider from npm as a process of its own, with one client and the accounts that a test makes. It ends with the test run.</summary>
internal sealed partial class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "thinkwatch";
    public const string ClientSecret = "unmistakable-client-secret-4711";
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "openid-provider");
    private readonly Process _process;
    private readonly HttpClient _http;

    private OpenIdProvider(Process process, Uri issuer)
    {
        _process = process;
        Issuer = issuer.ToString().TrimEnd('/');
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = issuer };
    }

    public string Issuer { get; }

    public int ProcessId => _process.Id;

    /// <param name="console">Where the console is, as browsers spell it.</param>
    public static async Task<OpenIdProvider> StartAsync(Uri console)
    {
        await InstallAsync();
        var port = FreePort.Take();
        var start = new ProcessStartInfo("node", ["server.mjs"]) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PORT"] = $"{port}";
        start.Environment["REDIRECT_URI"] = new Uri(console, "/api/auth/sso/callback").ToString();
        start.Environment["LOGOUT_URI"] = new Uri(console, "/login").ToString();
        start.Environment["CLIENT_SECRET"] = ClientSecret;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        if (await process.StandardOutput.ReadLineAsync(deadline.Token) != "ready")
            throw new InvalidOperationException("The OpenID provider did not start.");
        return new OpenIdProvider(process, new Uri($"http://127.0.0.1:{port}"));
    }

    public Task AccountAsync(string login, object claims) => ControlAsync("account", new { login, claims });

    public async Task<JsonElement> ControlAsync(string verb, object? body = null)
    {
        using var reply = await _http.PostAsJsonAsync($"/control/{verb}", body ?? new { });
        reply.EnsureSuccessStatusCode();
        return await reply.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Signs in there as a browser would, from the address that it was sent to, and answers where it is sent back to.</summary>
    public async Task<Uri> SignInAsync(string authorizationUrl, string login)
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = cookies, AllowAutoRedirect = false });
        var at = new Uri(authorizationUrl);
        var answer = await browser.GetAsync(at);
        for (var hops = 0; hops < 10; hops++)
        {
            if (answer.Headers.Location is { } location)
            {
                at = new Uri(at, location);
                if (!at.ToString().StartsWith(Issuer, StringComparison.Ordinal))
                    return at;
                answer = await browser.GetAsync(at);
                continue;
            }

            var page = await answer.Content.ReadAsStringAsync();
            if (!page.Contains("name=\"login\"", StringComparison.Ordinal))
                throw new InvalidOperationException($"{(int)answer.StatusCode} at {at.AbsolutePath}: {page}");
            answer = await browser.PostAsync(at, new FormUrlEncodedContent([new("login", login)]));
        }

        throw new InvalidOperationException("The provider goes round in circles.");
    }

    /// <summary>Whether the provider takes this address to end a session, and where it sends the browser then.</summary>
    public async Task<Uri?> SignOutAsync(Uri address)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer(), AllowAutoRedirect = false });
        using var asked = await browser.GetAsync(address);
        var form = FormField().Match(await asked.Content.ReadAsStringAsync());
        using var answer = await browser.PostAsync(new Uri(address, "/session/end/confirm"), new FormUrlEncodedContent([new("xsrf", form.Groups[1].Value), new("logout", "yes")]));
        return answer.Headers.Location;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        // Two test processes must not install into one folder at once.
        await using var turn = await TakeTurnAsync();
        if (File.Exists(Path.Combine(Folder, "node_modules", "oidc-provider", "package.json")))
            return;
        using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })!;
        await install.WaitForExitAsync();
        if (install.ExitCode != 0)
            throw new InvalidOperationException($"npm ci ended with {install.ExitCode}.");
    }

    private static async Task<FileStream> TakeTurnAsync()
    {
        var giveUp = DateTime.UtcNow + TimeSpan.FromMinutes(5);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "thinkwatch-openid-provider.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < giveUp)
            {
                await Task.Delay(200);
            }
        }
    }

    [GeneratedRegex("name=\"xsrf\" value=\"([^\"]+)\"")]
    private static partial Regex FormField();
}
