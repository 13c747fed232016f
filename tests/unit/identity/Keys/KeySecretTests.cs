using System.Security.Cryptography;
using System.Text;
using ThinkWatch.Identity.Keys;

namespace ThinkWatch.Identity.Tests.Keys;

public sealed class KeySecretTests
{
    [Fact]
    public void Generate_Many_AreOfOneFormAndDiffer()
    {
        var keys = Enumerable.Range(0, 1000).Select(_ => KeySecret.Generate()).ToList();

        keys.ShouldAllBe(k => k.Text.StartsWith("tw-") && k.Text.Length == 68 && k.Text.Skip(3).All(char.IsAsciiLetterOrDigit));
        keys.Select(k => k.Text).Distinct().Count().ShouldBe(1000);
        keys.ShouldAllBe(k => k.Prefix == k.Text.Substring(0, 11) && k.Sha256.SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(k.Text))));
    }

    [Fact]
    public void From_SmallestAndLargestValue_KeepTheLength()
    {
        KeySecret.From(new byte[48]).Text.ShouldBe("tw-" + new string('0', 65));
        var largest = new byte[48];
        largest.AsSpan().Fill(0xff);
        KeySecret.From(largest).Text.Length.ShouldBe(68);
        KeySecret.From(largest).Text.ShouldNotBe(KeySecret.From([.. largest[..47], 0xfe]).Text);
    }

    [Fact]
    public void ToString_OfASecret_ShowsOnlyThePrefix()
    {
        var secret = KeySecret.Generate();
        var issued = new IssuedKey(new KeyView { KeyPrefix = secret.Prefix }, secret);

        $"{secret} {issued}".ShouldNotContain(secret.Text[11..]);
    }
}
