using System.Globalization;
using System.Text.Json;
using ThinkWatch.ClickHouse;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>A WHERE clause in the making. Values are bound, never spliced. One a request.</summary>
internal sealed class LogConditions
{
    private const int MaximumTokens = 16;

    /// <summary>Where the text of a call is: both bodies, the tokens of bodies that were moved to object storage, and the error.</summary>
    private static readonly string[] _textColumns = ["request_body", "response_body", "search_tokens", "error_message"];

    private readonly List<string> _conditions = [];

    public ClickHouseParameters Parameters { get; } = [];

    public string Sql => _conditions.Count == 0 ? "1" : string.Join(" AND ", _conditions);

    public void Add(string condition) => _conditions.Add(condition);

    /// <summary>A placeholder for the value.</summary>
    public string Bind(string type, object? value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{Parameters.Count}");
        Parameters.Add(name, value);
        return $"{{{name}:{type}}}";
    }

    /// <summary>Any of the values; a text may hold * for anything, a status may be a class such as 4xx.</summary>
    public void AddAnyOf(string field, IEnumerable<string> values)
    {
        var alternatives = values.Select(value => Compare(new LogTerm(field, ":", value, Negated: false, Quoted: false, Position: 1))).ToList();
        if (alternatives.Count > 0)
            Add($"({string.Join(" OR ", alternatives)})");
    }

    public void AddTerm(LogTerm term)
    {
        var condition = term.Field.Length == 0 ? Contains(term.Value, term.Quoted) : Compare(term);
        Add(term.Negated ? $"NOT ({condition})" : condition);
    }

    private string Compare(LogTerm term)
    {
        var column = LogColumns.ByName[term.Field];
        if (column.Kind != LogColumnKind.Number && term.Operator != ":")
            throw LogQueryText.Wrong(term.Position, $"{term.Field} is not a number, so {term.Operator} does not apply");
        switch (column.Kind)
        {
            case LogColumnKind.Truth:
                return term.Value is "true" or "false" ? $"{column.Name} = {term.Value}" : throw LogQueryText.Wrong(term.Position, $"{term.Field} is true or false");
            case LogColumnKind.List:
                return $"has({column.Name}, {Bind("String", term.Value)})";
            case LogColumnKind.Text:
                return !term.Quoted && term.Value.Contains('*', StringComparison.Ordinal)
                    ? $"{column.Name} LIKE {Bind("String", Pattern(term.Value))}"
                    : $"{column.Name} = {Bind("String", term.Value)}";
            default:
                return CompareNumber(column.Name, term);
        }
    }

    private string CompareNumber(string column, LogTerm term)
    {
        if (column == "status" && term is { Operator: ":", Value: [>= '1' and <= '5', 'x', 'x'] })
            return $"intDiv(status, 100) = {term.Value[0]}";
        if (!decimal.TryParse(term.Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > 1_000_000_000_000m)
            throw LogQueryText.Wrong(term.Position, $"{term.Value} is not a number");
        return $"{column} {(term.Operator == ":" ? "=" : term.Operator)} {Bind("Decimal(28, 9)", number)}";
    }

    /// <summary>
    /// The text in one of the columns: each of its words by the text index, in the spellings that occur, then, where the words alone would say
    /// too little, the text as it stands. Bodies are JSON, so it is looked for as JSON writes it too.
    /// </summary>
    private string Contains(string text, bool quoted)
    {
        var words = Words(text);
        var whole = quoted && !(words.Count == 1 && words[0] == text) || words.Count == 0;
        var alternatives = _textColumns.Select(column =>
        {
            var parts = words.Select(word => $"hasAnyTokens({column}, {Bind("Array(String)", Spellings(word))})").ToList();
            if (whole && column != "search_tokens")
                parts.Add($"({string.Join(" OR ", AsWritten(text).Select(form => $"positionCaseInsensitiveUTF8({column}, {Bind("String", form)}) > 0"))})");
            return parts.Count == 0 ? "0" : $"({string.Join(" AND ", parts)})";
        });
        return $"({string.Join(" OR ", alternatives)})";
    }

    /// <summary>Split as the index splits. A word with other than ASCII letters may be written in several ways, so the index is not asked for it.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        foreach (var part in text.Split([.. text.Where(static c => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.All(char.IsAscii) && words.Count < MaximumTokens)
                words.Add(part);
        }

        return words;
    }

    private static string[] Spellings(string word) =>
        [.. new[] { word, word.ToLowerInvariant(), word.ToUpperInvariant(), char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant() }.Distinct()];

    private static IEnumerable<string> AsWritten(string text)
    {
        var escaped = JsonSerializer.Serialize(text)[1..^1];
        var relaxed = JsonSerializer.Serialize(text, LogJson.Relaxed)[1..^1];
        return new[] { text, escaped, relaxed }.Distinct();
    }

    private static string Pattern(string glob) => glob
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal)
        .Replace('*', '%');
}
