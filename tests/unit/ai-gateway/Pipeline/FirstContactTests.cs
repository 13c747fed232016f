using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>A gateway that is ready has asked limits already.</summary>
public sealed class FirstContactTests(GatewayFixture gateway)
{
    [Fact]
    public void Gateway_ThatIsReady_HasAskedLimitsForNobody()
    {
        var asked = gateway.Limits.Checks.Values.Where(static check => check.OrgId == Guid.Empty.ToString()).ToList();
        asked.ShouldHaveSingleItem().KeyLineageId.ShouldBeEmpty();
    }
}
