using System.Text.Json;
using ThinkWatch.Identity.Roles;

namespace ThinkWatch.Identity.Tests.Roles;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("*", "keys:read", true)]
    [InlineData("keys:*", "keys:read", true)]
    [InlineData("*:read", "keys:read", true)]
    [InlineData("k*s:r*d", "keys:read", true)]
    [InlineData("keys:read", "keys:read", true)]
    [InlineData("keys:read", "keys:reader", false)]
    [InlineData("keys", "keys:read", false)]
    [InlineData("*x", "keys:read", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*a", "a", false)]
    public void Glob_EachPattern_Matches(string pattern, string text, bool matches) => Glob.Matches(pattern, text).ShouldBe(matches);

    [Fact]
    public void Glob_ManyStars_EndsQuickly() => Glob.Matches(string.Concat(Enumerable.Repeat("*a", 50)) + "b", new string('a', 5000)).ShouldBeFalse();

    [Fact]
    public void Of_NoPolicies_AllowsNothing()
    {
        Grants.None.Everywhere.Permissions.ShouldBeEmpty();
        Grants.None.Everywhere.Models.Allowed.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public void Of_DenyInOneRole_WinsOverAllowInAnother()
    {
        var deny = Policy.Parse("""{"version":1,"statements":[{"effect":"deny","actions":["keys:*"],"resources":["*"]}]}""");

        var held = Grants.Of([new Assigned(Policy.Allow("*"), null), new Assigned(deny, null)]).Everywhere.Permissions;

        held.ShouldNotContain(p => p.StartsWith("keys:"));
        held.ShouldContain("users:read");
    }

    [Fact]
    public void Of_ModelResources_LimitTheModels()
    {
        var some = Policy.Parse("""{"version":1,"statements":[{"effect":"allow","actions":["ai_gateway:use"],"resources":["model:gpt-4o*","model:o3"]}]}""");

        Grants.Of(some).Everywhere.Models.Allowed.ShouldBe(["gpt-4o*", "o3"]);
        Grants.Of(some).Everywhere.Permissions.ShouldBe(["ai_gateway:use"]);
        Grants.Of([new Assigned(some, null), new Assigned(Policy.Allow("ai_gateway:use"), null)]).Everywhere.Models.Allowed.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"version":2,"statements":[]}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"statements":[{"effect":"maybe","actions":[]}]}""")]
    [InlineData("""{"version":1,"statements":[],"more":1}""")]
    public void Parse_NoPolicy_Throws(string json) => Should.Throw<JsonException>(() => Policy.Parse(json));

    [Fact]
    public void BuiltIn_RoundTrip_SaysTheSame()
    {
        foreach (var role in BuiltInRoles.All)
            Grants.Of(Policy.Parse(role.Policy.ToJson())).Beyond(Grants.Of(role.Policy)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("super_admin", "system:oidc", true)]
    [InlineData("super_admin", "audit:read_bodies", true)]
    [InlineData("admin", "users:create", true)]
    [InlineData("admin", "users:delete", false)]
    [InlineData("admin", "audit:read_bodies", false)]
    [InlineData("admin", "system:oidc", false)]
    [InlineData("admin", "keys:admin", true)]
    [InlineData("developer", "ai_gateway:use", true)]
    [InlineData("developer", "keys:create", true)]
    [InlineData("developer", "keys:admin", false)]
    [InlineData("developer", "providers:read", true)]
    [InlineData("developer", "providers:update", false)]
    [InlineData("developer", "logs:read_own", true)]
    [InlineData("developer", "logs:read_all", false)]
    [InlineData("developer", "limits:read", false)]
    [InlineData("viewer", "ai_gateway:use", false)]
    [InlineData("viewer", "keys:read", true)]
    [InlineData("viewer", "keys:create", false)]
    [InlineData("team_manager", "users:create", false)]
    public void BuiltIn_EachRole_HoldsWhatTheTableSays(string role, string permission, bool holds)
    {
        PermissionCatalog.Exists(permission).ShouldBeTrue();
        Grants.Of(BuiltInRoles.All.Single(r => r.Name == role).Policy).Everywhere.Permissions.Contains(permission).ShouldBe(holds);
    }

    [Fact]
    public void BuiltIn_EveryAction_MeansSomething() =>
        BuiltInRoles.All.SelectMany(r => r.Policy.Statements).SelectMany(s => s.Actions)
            .ShouldAllBe(action => PermissionCatalog.Keys.Any(key => Glob.Matches(action, key)));
}
