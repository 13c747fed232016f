using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Identity.Keys;

/// <summary>
/// A key as its owner sees it once: "tw-" and 48 random bytes in base62. Kept are its SHA-256 and the first 11 characters. The text is a
/// secret: it is written to one answer and to nothing else.
/// </summary>
internal sealed class KeySecret
{
    public const string Scheme = "tw-";

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomBytes = 48;

    // 62^65 > 2^384: so many digits hold every value of 48 bytes.
    private const int DigitCount = 65;
    private const int PrefixLength = 11;

    private KeySecret(string text)
    {
        Text = text;
        Sha256 = SHA256.HashData(Encoding.ASCII.GetBytes(text));
    }

    public string Text { get; }

    public byte[] Sha256 { get; }

    public string Prefix => Text[..PrefixLength];

    public static KeySecret Generate() => From(RandomNumberGenerator.GetBytes(RandomBytes));

    internal static KeySecret From(ReadOnlySpan<byte> random)
    {
        var value = new System.Numerics.BigInteger(random, isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[Scheme.Length + DigitCount];
        Scheme.CopyTo(text);
        for (var i = text.Length - 1; i >= Scheme.Length; i--)
        {
            value = System.Numerics.BigInteger.DivRem(value, Digits.Length, out var digit);
            text[i] = Digits[(int)digit];
        }

        return new KeySecret(new string(text));
    }

    // Formatting one by accident shows no secret.
    public override string ToString() => Prefix + "…";
}
