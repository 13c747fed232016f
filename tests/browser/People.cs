using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ThinkWatch.Browser.Tests;

/// <summary>People and teams that a test of something else needs, made through the management API.</summary>
internal static class People
{
    public const string Password = "Quiet-Harbour-0815";

    /// <summary>Somebody who can sign in with <see cref="Password"/>; answers the id.</summary>
    public static Task<string> CreateAsync(FleetFixture fleet, string email, string name, params string[] roles) =>
        PostAsync(fleet, "/api/admin/users", new { email, display_name = name, password = Password, roles });

    public static Task<string> CreateTeamAsync(FleetFixture fleet, string name) => PostAsync(fleet, "/api/admin/teams", new { name });

    /// <summary>Makes something as the first administrator; answers its id.</summary>
    public static async Task<string> PostAsync(FleetFixture fleet, string path, object body)
    {
        using var client = new HttpClient { BaseAddress = fleet.ConsoleUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await fleet.SetUpAsync()).ApiKey);
        using var answer = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonElement.Parse(text).GetProperty("id").GetString()!;
    }
}
