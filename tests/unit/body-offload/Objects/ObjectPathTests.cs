using ThinkWatch.BodyOffload.Objects;
using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.BodyOffload.Tests.Objects;

public sealed class ObjectPathTests
{
    [Fact]
    public void Key_OfARow_GivesItsPath()
    {
        var path = ObjectPath.Of(Key());
        path.ShouldNotBeNull();
        path.Text.ShouldBe("bodies/gateway_logs/2026/03/01/org-1/0198a8a0-0000-7000-8000-000000000001/request_body");
        path.Org.ShouldBe("org-1");
        ObjectPath.Parse(path.Text).ShouldBe(path);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    [InlineData("a\n")]
    [InlineData("%2e%2e")]
    [InlineData(".")]
    [InlineData("")]
    public void Key_WithAPartThatCouldLeaveItsPlace_IsRefused(string part)
    {
        ObjectPath.Of(Key(org: part)).ShouldBeNull();
        ObjectPath.Of(Key(id: part)).ShouldBeNull();
        ObjectPath.Of(Key(field: part)).ShouldBeNull();
        ObjectPath.Of(Key(table: part)).ShouldBeNull();
        ObjectPath.Of(Key(date: part)).ShouldBeNull();
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gateway_logs2")]
    public void Key_OfAnotherTable_IsRefused(string table) => ObjectPath.Of(Key(table: table)).ShouldBeNull();

    private static BodyKey Key(
        string table = "gateway_logs", string date = "2026-03-01", string org = "org-1", string id = "0198a8a0-0000-7000-8000-000000000001", string field = "request_body") =>
        new() { Table = table, Date = date, OrgId = org, Id = id, Field = field };
}
