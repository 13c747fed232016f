using System.Text;
using System.Text.RegularExpressions;
using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Identity;

namespace ThinkWatch.Integration.Tests.Permissions;

/// <summary>
/// Every endpoint of every management service, called with a key of each role. matrix.txt says who gets past the door ("yes": the answer is neither 401
/// nor 403); UPDATE_MATRIX=1 writes it anew, and the diff of it is what a reviewer reads.
/// </summary>
public sealed partial class EndpointMatrixTests(ManagementFleet fleet) : IClassFixture<ManagementFleet>
{
    private static readonly string[] Roles = ["nobody", "viewer", "developer", "team_manager", "admin", "super_admin"];
    private static readonly string File = Path.Combine(Repository.Root, "tests", "integration", "Permissions", "matrix.txt");

    [Fact]
    public async Task EveryEndpoint_EachRole_IsAsTheMatrixSays()
    {
        var keys = await KeysAsync();
        var lines = new List<string>();
        foreach (var endpoint in fleet.Endpoints)
        {
            var cells = new List<string>();
            foreach (var role in Roles)
                cells.Add(await MayAsync(endpoint, keys[role]) ? "yes" : "-");
            lines.Add($"{endpoint,-72} {string.Join(' ', cells.Select((c, i) => c.PadRight(Roles[i].Length)))}".TrimEnd());
        }

        var found = new StringBuilder().Append("".PadRight(73)).AppendLine(string.Join(' ', Roles)).AppendJoin('\n', lines).Append('\n').ToString();
        if (Environment.GetEnvironmentVariable("UPDATE_MATRIX") == "1")
            await System.IO.File.WriteAllTextAsync(File, found, TestContext.Current.CancellationToken);
        var wanted = await System.IO.File.ReadAllLinesAsync(File, TestContext.Current.CancellationToken);

        fleet.Endpoints.Select(e => e.Service).Distinct().ShouldBe(["identity", "admin-api", "limits"], ignoreOrder: true);
        found.TrimEnd('\n').Split('\n').Except(wanted).ShouldBeEmpty("what the services do differs from the matrix");
        wanted.Except(found.TrimEnd('\n').Split('\n')).ShouldBeEmpty("the matrix tells of what is not so");
    }

    private async Task<bool> MayAsync(ApiEndpoint endpoint, string? key)
    {
        var path = Parameter().Replace(endpoint.Path, _ => Guid.NewGuid().ToString());
        var body = endpoint.Method is "POST" or "PUT" or "PATCH" ? new { } : null;
        // Each call from an address of its own: the throttle of anonymous endpoints is not what is measured.
        var answer = await fleet.SendAsync(endpoint.Service, endpoint.Method, path, body, key, ("X-Forwarded-For", $"198.18.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}"));
        // Login and refresh say 401 of what was sent, not of who asks.
        return answer.Status is not (401 or 403);
    }

    private async Task<Dictionary<string, string?>> KeysAsync()
    {
        var keys = new Dictionary<string, string?> { ["nobody"] = null, ["super_admin"] = fleet.AdminKey };
        foreach (var role in new[] { "viewer", "developer", "admin" })
            keys[role] = await PersonAsync(role);
        // A manager of one team and nothing besides.
        var team = await fleet.CreateAsync("identity", "/api/admin/teams", new { name = "Managed" }, fleet.AdminKey);
        keys["team_manager"] = await PersonAsync(null, team.GetProperty("id").GetString());
        return keys;
    }

    private async Task<string> PersonAsync(string? role, string? team = null)
    {
        var user = await fleet.CreateAsync(
            "identity", "/api/admin/users",
            new { email = $"{Guid.NewGuid():N}@example.com", display_name = "P", password = IdentityFixture.Password, roles = role is null ? [] : new[] { role } }, fleet.AdminKey);
        var id = user.GetProperty("id").GetString();
        if (team is not null)
            (await fleet.SendAsync("identity", "PUT", $"/api/admin/teams/{team}/members/{id}", new { manager = true }, fleet.AdminKey)).Status.ShouldBe(204);
        var key = await fleet.CreateAsync("identity", "/api/keys", new { name = "k", surfaces = new[] { "console" }, user_id = id }, fleet.AdminKey);
        return key.GetProperty("key").GetString()!;
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
