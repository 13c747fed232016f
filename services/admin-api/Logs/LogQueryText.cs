using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>One condition of a query: a text, or a field with an operator.</summary>
/// <param name="Field">Empty for text that is looked for in bodies.</param>
/// <param name="Operator">One of <c>: &gt; &gt;= &lt; &lt;=</c>.</param>
/// <param name="Value">Without its quotes.</param>
/// <param name="Negated">Written with a minus.</param>
/// <param name="Quoted">Written in quotes: to be found as it stands.</param>
/// <param name="Position">Of its first character in the query, from 1.</param>
internal sealed record LogTerm(string Field, string Operator, string Value, bool Negated, bool Quoted, int Position);

/// <summary>
/// Reads <c>field:value -field:value field:&gt;100 "quoted text" text</c>. A field is only one when it is written with a colon and is known;
/// anything else with a colon (a URL, a time) is text.
/// </summary>
internal static class LogQueryText
{
    private const int MaximumTerms = 32;
    private const int MaximumLength = 2000;

    /// <exception cref="ApiProblemException">400 that points at the character.</exception>
    public static List<LogTerm> Parse(string text, Func<string, bool> isField)
    {
        if (text.Length > MaximumLength)
            throw Wrong(MaximumLength + 1, $"the query is longer than {MaximumLength} characters");
        var terms = new List<LogTerm>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                return terms;
            if (terms.Count == MaximumTerms)
                throw Wrong(at + 1, $"a query has at most {MaximumTerms} terms");
            terms.Add(ReadTerm(text, ref at, isField));
        }
    }

    private static LogTerm ReadTerm(string text, ref int at, Func<string, bool> isField)
    {
        var start = at;
        var negated = text[at] == '-' && at + 1 < text.Length && !char.IsWhiteSpace(text[at + 1]);
        if (negated)
            at++;
        var field = ReadField(text, ref at, isField);
        var comparison = field.Length == 0 ? ":" : ReadOperator(text, ref at);
        var quoted = at < text.Length && text[at] == '"';
        var valueAt = at + 1;
        var value = quoted ? ReadQuoted(text, ref at) : ReadBare(text, ref at);
        if (value.Length == 0)
            throw Wrong(valueAt, field.Length > 0 ? $"a value must follow {field}:" : "there is nothing between the quotes");
        return new LogTerm(field, comparison, value, negated, quoted, start + 1);
    }

    private static string ReadField(string text, ref int at, Func<string, bool> isField)
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        if (end == at || end == text.Length || text[end] != ':' || !isField(text[at..end]))
            return "";
        var field = text[at..end];
        at = end + 1;
        return field;
    }

    private static string ReadOperator(string text, ref int at)
    {
        foreach (var candidate in (ReadOnlySpan<string>)[">=", "<=", ">", "<"])
        {
            if (string.CompareOrdinal(text, at, candidate, 0, candidate.Length) != 0)
                continue;
            at += candidate.Length;
            return candidate;
        }

        return ":";
    }

    private static string ReadQuoted(string text, ref int at)
    {
        var opened = at++;
        var value = new System.Text.StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return value.ToString();
            }

            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            value.Append(text[at]);
        }

        throw Wrong(opened + 1, "this quote is never closed");
    }

    private static string ReadBare(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
        {
            if (text[at] == '"')
                throw Wrong(at + 1, "a quote inside a word; put the whole text in quotes");
            at++;
        }

        return text[start..at];
    }

    public static ApiProblemException Wrong(int position, string what) => ApiProblem.Invalid("q", $"character {position}: {what}").AsException();
}
