using System.Globalization;
using System.Text.RegularExpressions;
using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.BodyOffload.Objects;

/// <summary>
/// <c>bodies/&lt;table&gt;/yyyy/mm/dd/&lt;org&gt;/&lt;id&gt;/&lt;field&gt;</c>: the same for the same body, so that a repeat overwrites itself. The only
/// way to a store is through one of these, and no part of one can leave its place.
/// </summary>
internal sealed partial record ObjectPath
{
    private ObjectPath(string text, string org)
    {
        Text = text;
        Org = org;
    }

    public string Text { get; }

    public string Org { get; }

    /// <summary>Null when a part is missing or holds anything but the characters that ids have.</summary>
    public static ObjectPath? Of(BodyKey key) =>
        DateOnly.TryParseExact(key.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? Parse(string.Create(CultureInfo.InvariantCulture, $"bodies/{key.Table}/{date:yyyy}/{date:MM}/{date:dd}/{key.OrgId}/{key.Id}/{key.Field}"))
            : null;

    public static ObjectPath? Parse(string text) =>
        text.Length <= 300 && Pattern().Match(text) is { Success: true } match ? new ObjectPath(text, match.Groups["org"].Value) : null;

    [GeneratedRegex(
        @"\Abodies/(?:gateway_logs|mcp_logs|responses)/[0-9]{4}/[0-9]{2}/[0-9]{2}/(?<org>[A-Za-z0-9_-]{1,64})/[A-Za-z0-9_-]{1,64}/[a-z_]{1,32}\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100)]
    private static partial Regex Pattern();
}
