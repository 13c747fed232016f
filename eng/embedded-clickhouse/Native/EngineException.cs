using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ThinkWatch.EmbeddedClickHouse.Native;

/// <summary>An error in ClickHouse's own words: <c>Code: 62. DB::Exception: … (SYNTAX_ERROR)</c>.</summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Always made from ClickHouse's code and text.")]
internal sealed partial class EngineException : Exception
{
    public EngineException(int code, string name, string text)
        : this($"Code: {code}. DB::Exception: {text} ({name})")
    {
    }

    public EngineException(string text)
        : base(Tidy(text)) => Code = CodePattern().Match(Message) is { Success: true } match
            ? int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture)
            : UnknownException;

    private const int UnknownException = 1002;

    public int Code { get; }

    /// <summary>Data of an INSERT travels through an anonymous file, which makes the engine repeat its prefix and name the file.</summary>
    private static string Tidy(string text)
    {
        text = RepeatedPrefix().Replace(text, "Code: ${code}. DB::Exception: ");
        text = AnonymousFile().Replace(text, "");
        return RepeatedSuffix().Replace(text, "");
    }

    [GeneratedRegex(@"^Code: (?<code>\d+)\. ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"^Code: \d+\. DB::Exception: Code: (?<code>\d+)\. DB::Exception: ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepeatedPrefix();

    [GeneratedRegex(@" ?\(in file/uri /proc/self/fd/\d+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AnonymousFile();

    [GeneratedRegex(@" \(version [0-9.]+\)\. \([A-Z_0-9]+\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepeatedSuffix();
}
