using System.Text;

namespace ThinkWatch.Libraries.Tests.Vaults;

public sealed class VaultTests
{
    private const string Cell = "catalog.provider_keys/secret/1";
    private static readonly Vault Sut = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Theory]
    [InlineData("")]
    [InlineData("sk-secret")]
    [InlineData("日本語 🔑")]
    public void Open_SealedText_ComesBack(string text)
    {
        var envelope = Sut.Seal(text, Cell);

        Sut.OpenString(envelope, Cell).ShouldBe(text);
        envelope.ShouldStartWith($"v1.{Sut.KeyId}.");
        if (text.Length > 0)
            envelope.ShouldNotContain(text);
        Sut.Seal(text, Cell).ShouldNotBe(envelope);
    }

    [Fact]
    public void Open_EveryByteFlipped_Throws()
    {
        var envelope = Sut.Seal("sk-secret", Cell);

        for (var i = 0; i < envelope.Length; i++)
        {
            var changed = new StringBuilder(envelope) { [i] = envelope[i] == 'A' ? 'B' : 'A' }.ToString();
            // The last character of base64 may hold bits that nobody reads.
            if (changed != envelope && i < envelope.Length - 1)
                Should.Throw<VaultException>(() => Sut.Open(changed, Cell), $"byte {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("v1..")]
    [InlineData("v2.00000000.AAAA")]
    public void Open_NoEnvelope_Throws(string text) => Should.Throw<VaultException>(() => Sut.Open(text, Cell));

    [Fact]
    public void Open_InAnotherCell_Throws() =>
        Should.Throw<VaultException>(() => Sut.Open(Sut.Seal("sk-secret", Cell), "catalog.provider_keys/secret/2")).Message.ShouldNotContain("sk-secret");

    [Fact]
    public void Open_WithAnotherKey_NamesBothKeyIds()
    {
        var other = new Vault(new byte[32]);

        var error = Should.Throw<VaultException>(() => other.Open(Sut.Seal("x", Cell), Cell));

        error.Message.ShouldContain(Sut.KeyId);
        error.Message.ShouldContain(other.KeyId);
    }

    [Theory]
    [InlineData("c2hvcnQ")]
    [InlineData("not base64!")]
    public void FromBase64Url_NoKey_ThrowsWithoutRepeatingIt(string text) =>
        Should.Throw<VaultException>(() => Vault.FromBase64Url(text)).Message.ShouldNotContain(text);

    [Fact]
    public void Renew_AfterTheKeyChanged_OpensWithTheNewKeyAlone()
    {
        var (before, after) = (new string('A', 43), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        var old = Vault.FromBase64Url(before).Seal("secret", "cell");
        var rotating = Vault.FromBase64Url(after, before);

        rotating.OpenString(old, "cell").ShouldBe("secret");
        rotating.IsCurrent(old).ShouldBeFalse();
        var renewed = rotating.Renew(old, "cell");

        rotating.Renew(renewed, "cell").ShouldBe(renewed);
        Vault.FromBase64Url(after).OpenString(renewed, "cell").ShouldBe("secret");
        Should.Throw<VaultException>(() => Vault.FromBase64Url(after).OpenString(old, "cell"));
        Should.Throw<VaultException>(() => rotating.Renew(old, "another cell"));
    }
}
