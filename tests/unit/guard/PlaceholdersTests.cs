using ThinkWatch.Guard;

namespace ThinkWatch.Guard.Tests;

public sealed class PlaceholdersTests
{
    [Fact]
    public void Same_Text_HasTheSamePlaceholder_NumberedByFirstAppearance()
    {
        var placeholders = new Placeholders("0a1b2c3d");
        placeholders.For("EMAIL", "a@x.io").ShouldBe("{{EMAIL_0a1b2c3d_1}}");
        placeholders.For("EMAIL", "b@x.io").ShouldBe("{{EMAIL_0a1b2c3d_2}}");
        placeholders.For("PHONE", "+1").ShouldBe("{{PHONE_0a1b2c3d_1}}");
        placeholders.For("EMAIL", "a@x.io").ShouldBe("{{EMAIL_0a1b2c3d_1}}");
        placeholders.All["{{EMAIL_0a1b2c3d_2}}"].ShouldBe("b@x.io");
    }

    [Fact]
    public void Salt_DependsOnAllThree()
    {
        var salt = Placeholders.SaltOf("secret"u8, "org", "lineage");
        salt.ShouldBe(Placeholders.SaltOf("secret"u8, "org", "lineage"));
        new[] { Placeholders.SaltOf("Secret"u8, "org", "lineage"), Placeholders.SaltOf("secret"u8, "org2", "lineage"), Placeholders.SaltOf("secret"u8, "org", "lineage2") }.ShouldNotContain(salt);
    }
}
