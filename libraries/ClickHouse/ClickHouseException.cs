using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ThinkWatch.ClickHouse;

/// <summary>
/// A refusal by ClickHouse, or a call that did not reach it (<see cref="Code"/> 0). <see cref="Exception.Message"/> is safe to log: ClickHouse
/// quotes statements and rows in its own texts, so those stay in <see cref="ServerMessageSensitive"/>.
/// </summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "An error of ClickHouse without its code would mislead: there is one way to make one.")]
public sealed partial class ClickHouseException : Exception
{
    public ClickHouseException(int code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>ClickHouse's error number, e.g. 62; 0 when no answer came.</summary>
    public int Code { get; }

    /// <summary>ClickHouse's error name, e.g. SYNTAX_ERROR; empty if unknown.</summary>
    public string Name { get; private init; } = "";

    /// <summary>ClickHouse's own text, at most 4 kB. May hold values, rows and parts of the statement: never into a log or an answer.</summary>
    public string ServerMessageSensitive { get; private init; } = "";

    /// <summary>The same call may succeed later: no answer, overload, memory, time-out, too many parts, shutting down.</summary>
    public bool IsTransient => Code is 0 or 3 or 159 or 160 or 202 or 203 or 209 or 210 or 236 or 241 or 242 or 243 or 252 or 319 or 394 or 425 or 439 or 735;

    internal const int MaxServerMessage = 4096;

    internal static ClickHouseException FromServer(int code, string text)
    {
        text = text.Length > MaxServerMessage ? text[..MaxServerMessage] : text;
        var parsed = Pattern().Match(text);
        if (code == 0 && parsed.Success)
            code = int.Parse(parsed.Groups["code"].ValueSpan, CultureInfo.InvariantCulture);
        var name = NamePattern().Matches(text) is { Count: > 0 } names ? names[^1].Groups["name"].Value : "";
        var message = $"ClickHouse error {code}{(name.Length > 0 ? $" ({name})" : "")}";
        if (NamesOnlyObjects(code) && parsed.Success)
            message += ": " + parsed.Groups["text"].Value.Trim();
        return new ClickHouseException(code, message) { Name = name, ServerMessageSensitive = text };
    }

    internal static ClickHouseException Unreachable(ClickHouseOptions options, Exception cause) =>
        new(0, $"ClickHouse at {options.Address} did not answer: {cause.GetType().Name}", cause);

    internal static ClickHouseException Deadline(ClickHouseOptions options, TimeSpan deadline) =>
        new(0, $"ClickHouse at {options.Address} did not finish within {deadline.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s");

    // Unknown table and database, wrong credentials, memory, time, concurrency: texts that hold names and figures, never values.
    private static bool NamesOnlyObjects(int code) => code is 60 or 81 or 82 or 57 or 516 or 159 or 202 or 241;

    [GeneratedRegex(@"^Code: (?<code>\d+)\. (?:DB::Exception: )?(?<text>.{0,400})", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\((?<name>[A-Z][A-Z0-9_]{3,60})\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex NamePattern();
}
