using System.Text;
using ThinkWatch.Identity.Totp;

namespace ThinkWatch.Identity.Tests.Sessions;

public sealed class TotpCodeTests
{
    private static readonly byte[] Seed = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B: the last six digits of its eight.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1234567890, "005924")]
    [InlineData(20000000000, "353130")]
    public void At_TimesOfTheRfc_AnswersItsCodes(long seconds, string code) => TotpCode.At(Seed, DateTimeOffset.FromUnixTimeSeconds(seconds)).ShouldBe(code);

    [Fact]
    public void Match_OneStepEitherWay_AndNoFurther()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111109);
        TotpCode.Match(Seed, TotpCode.At(Seed, now.AddSeconds(-30)), now).ShouldNotBeNull();
        TotpCode.Match(Seed, TotpCode.At(Seed, now.AddSeconds(30)), now).ShouldNotBeNull();
        TotpCode.Match(Seed, TotpCode.At(Seed, now.AddSeconds(-61)), now).ShouldBeNull();
        TotpCode.Match(Seed, "12345", now).ShouldBeNull();
        TotpCode.Match(Seed, "", now).ShouldBeNull();
    }

    [Fact]
    public void Base32_VectorsOfTheRfc_AreMet()
    {
        TotpCode.Base32("f"u8.ToArray()).ShouldBe("MY");
        TotpCode.Base32("foob"u8.ToArray()).ShouldBe("MZXW6YQ");
        TotpCode.Base32("foobar"u8.ToArray()).ShouldBe("MZXW6YTBOI");
    }
}
