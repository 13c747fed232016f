using System.Net.Http.Json;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>What a browser keeps of a session, as it sends it back.</summary>
internal sealed record Cookies(string Access, string Refresh);

/// <summary>Signs in and renews sessions as the console does, at whichever address.</summary>
internal static class Browser
{
    public static async Task<Cookies> SignInAsync(Uri address, string email, string password, CancellationToken cancel)
    {
        using var answer = await LoginAsync(address, email, password, cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(cancel));
        return Read(answer)!;
    }

    public static Task<HttpResponseMessage> LoginAsync(Uri address, string email, string password, CancellationToken cancel) =>
        SendAsync(address, HttpMethod.Post, "/api/auth/login", JsonContent.Create(new { email, password }), null, cancel);

    /// <summary>Null when it is refused.</summary>
    public static async Task<Cookies?> RefreshAsync(Uri address, Cookies cookies, CancellationToken cancel)
    {
        using var answer = await SendAsync(address, HttpMethod.Post, "/api/auth/refresh", null, cookies.Refresh, cancel);
        return answer.IsSuccessStatusCode ? Read(answer) : null;
    }

    public static async Task<int> MeAsync(Uri address, Cookies cookies, CancellationToken cancel)
    {
        using var answer = await SendAsync(address, HttpMethod.Get, "/api/auth/me", null, cookies.Access, cancel);
        return (int)answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(Uri address, HttpMethod method, string path, HttpContent? body, string? cookie, CancellationToken cancel)
    {
        using var client = ReplicaFleet.Client(address, null);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add("x-requested-with", "test");
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return await client.SendAsync(request, cancel);
    }

    private static Cookies? Read(HttpResponseMessage answer)
    {
        var set = answer.Headers.GetValues("Set-Cookie").Select(static c => c.Split(';')[0]).ToList();
        return new Cookies(set.Single(static c => c.Contains("_access=", StringComparison.Ordinal)), set.Single(static c => c.Contains("_refresh=", StringComparison.Ordinal)));
    }
}
