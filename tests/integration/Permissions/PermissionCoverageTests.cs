using System.Text.RegularExpressions;
using ThinkWatch.Integration.Tests.Identity;

namespace ThinkWatch.Integration.Tests.Permissions;

/// <summary>
/// Every permission that can be granted is asked for somewhere: who holds nothing is refused by every endpoint, and the refusals name what they wanted. What
/// no refusal names is listed here, with where it is asked for instead, or why it is not yet. A key in neither, or in both, fails the test.
/// </summary>
public sealed partial class PermissionCoverageTests(ManagementFleet fleet) : IClassFixture<ManagementFleet>
{
    /// <summary>Asked for behind the door, for a part of what an endpoint does; shown by the test that is named.</summary>
    private static readonly Dictionary<string, string> Within = new(StringComparer.Ordinal)
    {
        ["ai_gateway:use"] = "the surface: PrincipalTests.Surface_OwnerLosesTheRight_IsGoneFromTheKeyToo",
        ["mcp_gateway:use"] = "the surface: EscalationTests.Key_WiderThanItsOwner_IsRefused",
        ["roles:edit_built_in"] = "RoleTests.BuiltIn_SuperAdminStays_OthersNeedTheRight",
    };

    /// <summary>For features that this release does not have: nothing is there to be kept from anybody.</summary>
    private static readonly Dictionary<string, string> NotYet = new(StringComparer.Ordinal)
    {
        ["mcp:connect"] = "accounts of MCP servers",
        ["mcp_servers:read"] = "MCP servers",
        ["mcp_servers:create"] = "MCP servers",
        ["mcp_servers:update"] = "MCP servers",
        ["mcp_servers:delete"] = "MCP servers",
        ["mcp_servers:approve"] = "MCP servers",
        ["audit:read"] = "the audit trail's own page",
        ["audit:export"] = "exports",
        ["audit:erase"] = "erasure",
        ["audit:hold"] = "legal hold",
        ["forwarders:read"] = "forwarding of logs",
        ["forwarders:write"] = "forwarding of logs",
        ["system:scim"] = "provisioning",
    };

    [Fact]
    public async Task EveryPermission_IsAskedForSomewhere()
    {
        var user = await fleet.CreateAsync(
            "identity", "/api/admin/users",
            new { email = $"{Guid.NewGuid():N}@example.com", display_name = "Nobody", password = IdentityFixture.Password, roles = Array.Empty<string>() }, fleet.AdminKey);
        var key = (await fleet.CreateAsync("identity", "/api/keys", new { name = "k", surfaces = new[] { "console" }, user_id = user.GetProperty("id").GetString() }, fleet.AdminKey))
            .GetProperty("key").GetString();

        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in fleet.Endpoints)
        {
            var body = endpoint.Method is "POST" or "PUT" or "PATCH" ? new { } : null;
            var answer = await fleet.SendAsync(
                endpoint.Service, endpoint.Method, Parameter().Replace(endpoint.Path, _ => Guid.NewGuid().ToString()), body, key,
                ("X-Forwarded-For", $"198.18.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}"));
            if (answer.Status != 403) continue;
            foreach (Match named in Permission().Matches(answer.Json.GetProperty("detail").GetString()!)) asked.Add(named.Value);
        }

        var catalogue = (await fleet.SendAsync("identity", "GET", "/api/admin/permissions", null, fleet.AdminKey)).Json.GetProperty("items").EnumerateArray()
            .Select(static p => p.GetProperty("key").GetString()!).ToList();
        asked.Except(catalogue).ShouldBeEmpty("endpoints ask for what nobody can be given");
        catalogue.Except(asked).Except(Within.Keys).Except(NotYet.Keys).ShouldBeEmpty("granting these changes nothing");
        Within.Keys.Concat(NotYet.Keys).Where(asked.Contains).ShouldBeEmpty("these are asked for at the door by now");
        Within.Keys.Concat(NotYet.Keys).Except(catalogue).ShouldBeEmpty("these are not in the catalogue any more");
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("[a-z_]+:[a-z_]+")]
    private static partial Regex Permission();
}
