using System.Text.Json;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Principals;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Tests.Roles;

public sealed class GrantsTests
{
    private static readonly Guid Red = Guid.Parse("11111111-1111-1111-1111-111111111111");
    private static readonly Guid Blue = Guid.Parse("22222222-2222-2222-2222-222222222222");

    [Fact]
    public void AssignmentToATeam_CountsInThatTeamOnly()
    {
        var grants = Grants.Of(Policy.Allow("keys:admin"), Red);

        grants.Everywhere.Permissions.ShouldBeEmpty();
        grants.In(Red).Permissions.ShouldBe(["keys:admin"]);
        grants.In(Blue).Permissions.ShouldBeEmpty();
    }

    [Fact]
    public void TeamStar_AssignedEverywhere_HoldsInEveryTeamButNotOutside()
    {
        var grants = Grants.Of(One("allow", ["users:update"], ["team:*"]));

        grants.Everywhere.Permissions.ShouldBeEmpty();
        grants.In(Red).Permissions.ShouldBe(["users:update"]);
        grants.AnyTeam.Permissions.ShouldBe(["users:update"]);
    }

    [Fact]
    public void DenyInATeam_TakesItThereOnly()
    {
        var grants = Grants.Of([new Assigned(Policy.Allow("*"), null), new Assigned(One("deny", ["*"], ["*"]), Red)]);

        grants.IsSuperAdmin.ShouldBeTrue();
        grants.In(Red).Permissions.ShouldBeEmpty();
        grants.In(Blue).Permissions.ShouldContain("keys:admin");
    }

    [Fact]
    public void DenyThatNamesATeam_IsNoLongerHeldEverywhere_ButInTheOthers()
    {
        var grants = Grants.Of([new Assigned(Policy.Allow("*"), null), new Assigned(One("deny", ["keys:admin"], [$"team:{Red}"]), null)]);

        grants.Everywhere.Permissions.ShouldNotContain("keys:admin");
        grants.In(Red).Permissions.ShouldNotContain("keys:admin");
        grants.In(Blue).Permissions.ShouldContain("keys:admin");
    }

    [Fact]
    public void DenyOfAModel_LeavesTheSurfaceAndWins()
    {
        var grants = Grants.Of([new Assigned(Policy.Allow("ai_gateway:use"), null), new Assigned(One("deny", ["ai_gateway:use"], ["model:o3*"]), null)]);

        grants.Everywhere.Permissions.ShouldBe(["ai_gateway:use"]);
        grants.Everywhere.Models.Covers("o3-mini").ShouldBeFalse();
        grants.Everywhere.Models.Covers("gpt-4o").ShouldBeTrue();
    }

    [Fact]
    public void ToolResources_LimitTheTools()
    {
        var grants = Grants.Of(One("allow", ["mcp_gateway:use", "mcp:connect"], ["mcp_tool:github__*"]));

        grants.Everywhere.Permissions.ShouldBe(["mcp_gateway:use", "mcp:connect"], ignoreOrder: true);
        grants.Everywhere.Tools.Allowed.ShouldBe(["github__*"]);
        grants.Everywhere.Models.Allowed.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("*", "keys:read", true)]
    [InlineData("keys:*", "keys:*", true)]
    [InlineData("keys:read", "keys:*", false)]
    [InlineData("users:*", "roles:read", false)]
    public void Beyond_Permissions_NamesWhatIsMissing(string mine, string asked, bool within) =>
        (Grants.Of(Policy.Allow(asked)).Beyond(Grants.Of(Policy.Allow(mine))).Count == 0).ShouldBe(within);

    [Theory]
    [InlineData("model:gpt-*", "model:gpt-4o", true)]
    [InlineData("model:gpt-*", "model:gpt-4*", true)]
    [InlineData("model:gpt-4o", "model:gpt-*", false)]
    [InlineData("model:gpt-*", "*", false)]
    [InlineData("*", "model:gpt-*", true)]
    public void Beyond_Models_AreCompared(string mine, string asked, bool within) =>
        (Grants.Of(One("allow", ["ai_gateway:use"], [asked])).Beyond(Grants.Of(One("allow", ["ai_gateway:use"], [mine]))).Count == 0).ShouldBe(within);

    [Fact]
    public void Beyond_WhatOneIsDenied_CannotBeHandedOn()
    {
        var mine = Grants.Of([new Assigned(Policy.Allow("*"), null), new Assigned(One("deny", ["ai_gateway:use"], ["model:o3*"]), null)]);

        Grants.Of(Policy.Allow("ai_gateway:use")).Beyond(mine).ShouldBe(["ai_gateway:use on more models"]);
        Grants.Of(One("allow", ["ai_gateway:use"], ["model:gpt-4o"])).Beyond(mine).ShouldBeEmpty();
    }

    [Fact]
    public void Beyond_Places_AreKeptApart()
    {
        var manager = Grants.Of(BuiltInRoles.All.Single(r => r.Name == "team_manager").Policy, Red);

        Grants.Of(Policy.Allow("keys:admin"), Red).Beyond(manager).ShouldBeEmpty();
        Grants.Of(Policy.Allow("keys:admin"), Blue).Beyond(manager).ShouldBe(["keys:admin"]);
        Grants.Of(Policy.Allow("keys:admin")).Beyond(manager).ShouldBe(["keys:admin"]);
        Grants.Of(One("allow", ["keys:admin"], ["team:*"])).Beyond(manager).ShouldBe(["keys:admin"]);
    }

    [Fact]
    public void Beyond_ADenialInATeam_CannotBeShedForThatTeam()
    {
        var mine = Grants.Of([new Assigned(Policy.Allow("*"), null), new Assigned(One("deny", ["keys:admin"], ["*"]), Red)]);

        Grants.Of(Policy.Allow("keys:admin")).Beyond(mine).ShouldBe(["keys:admin"]);
    }

    [Fact]
    public void Principal_OfTeamGrants_ReachesTheirTeams()
    {
        var principal = new Principal();
        principal.Fill(Grants.Of([new Assigned(One("allow", ["users:read"], ["team:*"]), null), new Assigned(Policy.Allow("keys:admin"), Red), new Assigned(One("deny", ["users:read"], ["*"]), Blue)]), keyTeam: null);

        principal.Permissions.ShouldBeEmpty();
        principal.Reach("keys:admin").Covers(Red).ShouldBeTrue();
        principal.Reach("keys:admin").Covers(Blue).ShouldBeFalse();
        principal.Reach("keys:admin").Covers(null).ShouldBeFalse();
        principal.Reach("users:read").Covers(Red).ShouldBeTrue();
        principal.Reach("users:read").Covers(Blue).ShouldBeFalse();
    }

    [Fact]
    public void Principal_OfATeamKey_UsesWhatTheTeamGives()
    {
        var (grants, principal, outside) = (Grants.Of(Policy.Allow("*"), Red), new Principal(), new Principal());
        principal.Fill(grants, Red);
        outside.Fill(grants, keyTeam: null);

        principal.Permissions.ShouldBe(["ai_gateway:use", "mcp_gateway:use", "mcp:connect"]);
        outside.Permissions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"version":1,"statements":[{"effect":"allow","actions":["nothing:at_all"]}]}""")]
    [InlineData("""{"version":1,"statements":[{"effect":"allow","actions":[]}]}""")]
    [InlineData("""{"version":1,"statements":[{"effect":"allow","actions":["keys:read"],"resources":["model:x"]}]}""")]
    [InlineData("""{"version":1,"statements":[{"effect":"allow","actions":["keys:read"],"resources":["team:red"]}]}""")]
    [InlineData("""{"version":1,"statements":[{"effect":"allow","actions":["keys:read"],"resources":[]}]}""")]
    public void Rules_PolicyThatMeansNothing_IsRefused(string json)
    {
        var errors = new FieldErrors();
        PolicyRules.Check(errors, "policy", Policy.Parse(json));
        errors.Any.ShouldBeTrue();
    }

    [Fact]
    public void Diff_OfTwoPolicies_NamesThePaths() =>
        JsonDiff.Of(JsonElement.Parse("""{"a":1,"b":[{"c":"x"}],"d":2}"""), JsonElement.Parse("""{"a":1,"b":[{"c":"y"},3]}""")).Select(c => c.Path).ShouldBe(["b[0].c", "b[1]", "d"]);

    private static Policy One(string effect, string[] actions, string[] resources) => new(1, [new PolicyStatement(Enum.Parse<Effect>(effect, ignoreCase: true), actions, resources)]);
}
