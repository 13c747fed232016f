using System.Globalization;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// Ids for tool calls that Gemini gave none, which clients need to match results with. The same answer has the same ids; they are left out again when they come back.
/// </summary>
internal static class CallIds
{
    private const string Prefix = "call_";
    private const int Characters = 12;

    public static string Make(string requestId, int number)
    {
        var hex = requestId.Replace("-", "", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{hex[Math.Max(0, hex.Length - Characters)..]}_{number}");
    }

    public static bool IsMade(string id)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal) || id.Length < Prefix.Length + Characters + 2 || id[Prefix.Length + Characters] != '_')
            return false;
        return !id.AsSpan(Prefix.Length, Characters).ContainsAnyExcept("0123456789abcdef") && !id.AsSpan(Prefix.Length + Characters + 1).ContainsAnyExceptInRange('0', '9');
    }
}
