using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Ids of tool calls as OpenAI takes them: at most 40 characters. They are the provider's or the client's own; only longer ones are replaced.</summary>
internal static class ToolCallIds
{
    private const int Longest = 40;

    /// <summary>The same id always becomes the same: a call and its result still belong together.</summary>
    public static string Fit(string id) =>
        id.Length <= Longest ? id : string.Concat("call_", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16)));

    /// <summary>For providers that give none.</summary>
    public static string Make(string requestId, int choice, int position) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"call_{requestId.Replace("-", "", StringComparison.Ordinal)}_{choice}_{position}");
}
