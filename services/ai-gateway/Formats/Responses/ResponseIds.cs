namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Ids of the responses that the gateway writes itself: made of the row's id, so that the log finds them and their items lead back to them.</summary>
internal static class ResponseIds
{
    private const string Prefix = "resp_";
    private const int CoreLength = 32;
    private static readonly long s_latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string Of(string requestId) => Prefix + Core(requestId);

    public static string Core(string requestId) => requestId.Replace("-", "", StringComparison.Ordinal);

    /// <summary>The response that an item of ours belongs to; null when the id is none of ours.</summary>
    public static string? OfItem(string itemId)
    {
        var at = itemId.IndexOf('_', StringComparison.Ordinal) + 1;
        if (at == 0 || itemId.Length != at + CoreLength + 4 || itemId.AsSpan(at).ContainsAnyExcept("0123456789abcdef"))
            return null;
        return string.Concat(Prefix, itemId.AsSpan(at, CoreLength));
    }

    /// <summary>When a response of ours was begun, as its id tells; null for ids that others made.</summary>
    public static DateTimeOffset? MadeAt(string responseId)
    {
        if (responseId.Length != Prefix.Length + CoreLength || !responseId.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        return Guid.TryParseExact(responseId.AsSpan(Prefix.Length), "N", out var id) && id.Version == 7
            && long.TryParse(responseId.AsSpan(Prefix.Length, 12), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds < s_latest
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
    }
}
