using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// Ids of tool calls as Converse takes them: 1 … 64 of <c>[A-Za-z0-9_-]</c>, and nine letters or digits for Mistral. Others are mapped, the same each time.
/// </summary>
internal static class CallIds
{
    private const int Longest = 64;
    private const int OfMistral = 9;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    public static string ToUpstream(string id, BedrockModel model)
    {
        if (model.IsMistral)
            return id.Length == OfMistral && id.All(char.IsAsciiLetterOrDigit) ? id : Digest(id, OfMistral);
        return id.Length is > 0 and <= Longest && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? id : "call_" + Digest(id, 24);
    }

    private static string Digest(string id, int length)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(length, hash, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Alphabet[bytes[i] % Alphabet.Length];
        });
    }
}
