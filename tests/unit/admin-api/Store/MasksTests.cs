using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Tests.Store;

public sealed class MasksTests
{
    [Theory]
    [InlineData("sk-0123456789abcd", "••••abcd")]
    [InlineData("twelve-chars", "••••hars")]
    [InlineData("eleven-char", "••••")]
    [InlineData("x", "••••")]
    public void Secret_ShowsItsLastFour_OnlyWhereThatSaysLittle(string secret, string shown)
    {
        Masks.Of(secret).ShouldBe(shown);
        Masks.IsMask(shown).ShouldBeTrue();
        Masks.IsMask(secret).ShouldBeFalse();
    }
}
