using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;

namespace ThinkWatch.EmbeddedClickHouse.Statements;

/// <summary>What the HTTP interface must know of a statement before the engine sees it.</summary>
internal sealed record Statement
{
    /// <summary>The first keyword, upper case.</summary>
    public required string Verb { get; init; }

    /// <summary>The FORMAT clause, if any: of the result, or of an INSERT's rows.</summary>
    public string? Format { get; init; }

    /// <summary>For an INSERT that brings rows: where they begin. Otherwise -1.</summary>
    public int DataStart { get; init; } = -1;

    /// <summary>For an INSERT that brings rows: where <c>FROM INFILE</c> belongs.</summary>
    public int SourceAt { get; init; }

    /// <summary>For an INSERT that brings rows: its head ends here (before FORMAT or VALUES).</summary>
    public int FormatAt { get; init; }

    /// <summary>SYNC or NO DELAY of a DROP, which this engine would wait for without end; empty if absent.</summary>
    public Range Wait { get; init; } = ..0;

    public bool BringsRows => DataStart >= 0;

    public bool IsSelect => Verb is "SELECT" or "WITH";

    public bool ReadsOnly => IsSelect || Verb is "SHOW" or "DESCRIBE" or "DESC" or "EXPLAIN" or "EXISTS" or "CHECK";

    /// <summary>Leaves something behind in the session, which a pooled connection must not carry to the next caller.</summary>
    public bool ChangesSession { get; init; }

    /// <exception cref="EngineException">More than one statement, or one that touches files of the server.</exception>
    public static Statement Read(ReadOnlySpan<byte> sql)
    {
        var scanner = new SqlScanner(sql);
        var first = scanner.Next();
        while (first.Kind == SqlTokenKind.Open)
            first = scanner.Next();
        if (first.Kind == SqlTokenKind.End)
            throw new EngineException(62, "SYNTAX_ERROR", "Empty query");
        var verb = Text(sql, first).ToUpperInvariant();
        return verb == "INSERT" ? ReadInsert(sql, ref scanner) : ReadOther(sql, ref scanner, verb);
    }

    private static Statement ReadOther(ReadOnlySpan<byte> sql, ref SqlScanner scanner, string verb)
    {
        string? format = null;
        var temporary = false;
        SqlToken previous = default, last = default;
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.End; token = scanner.Next())
        {
            if (token.Kind == SqlTokenKind.Semicolon)
            {
                if (scanner.Next().Kind != SqlTokenKind.End)
                    throw new EngineException(62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)");
                break;
            }

            RefuseFiles(sql, last, token);
            if (token.Kind == SqlTokenKind.Word && Is(sql, last, "FORMAT"))
                format = Text(sql, token);
            else if (format is not null && !Is(sql, token, "SETTINGS") && Is(sql, previous, "FORMAT"))
                format = null; // a column or alias called format: a clause stands at the end, before SETTINGS at most
            temporary |= Is(sql, token, "TEMPORARY");
            (previous, last) = (last, token);
        }

        var wait = verb is "DROP" or "DETACH" or "TRUNCATE"
            ? Is(sql, last, "SYNC") ? last.Start..last.End : Is(sql, previous, "NO") && Is(sql, last, "DELAY") ? previous.Start..last.End : ..0
            : ..0;
        return new Statement { Verb = verb, Format = format, Wait = wait, ChangesSession = (temporary && verb == "CREATE") || verb is "SET" or "USE" or "BEGIN" };
    }

    private static Statement ReadInsert(ReadOnlySpan<byte> sql, ref SqlScanner scanner)
    {
        var depth = 0;
        var source = -1;
        SqlToken last = default;
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.End; token = scanner.Next())
        {
            depth += token.Kind switch { SqlTokenKind.Open => 1, SqlTokenKind.Close => -1, _ => 0 };
            RefuseFiles(sql, last, token);
            if (Is(sql, token, "SELECT") || Is(sql, token, "WITH") || Is(sql, token, "WATCH"))
                return ReadOther(sql, ref scanner, "INSERT");
            if (depth == 0 && Is(sql, token, "SETTINGS"))
                source = token.Start;
            if (depth == 0 && Is(sql, last, "FORMAT") && token.Kind == SqlTokenKind.Word)
            {
                return new Statement
                {
                    Verb = "INSERT",
                    Format = Text(sql, token),
                    FormatAt = last.Start,
                    SourceAt = source < 0 ? last.Start : source,
                    DataStart = SkipLineEnd(sql, token.End),
                };
            }

            if (depth == 0 && Is(sql, token, "VALUES"))
                return new Statement { Verb = "INSERT", Format = "Values", FormatAt = token.Start, SourceAt = source < 0 ? token.Start : source, DataStart = token.End };
            last = token;
        }

        throw new EngineException(62, "SYNTAX_ERROR", "Syntax error: an INSERT needs VALUES, FORMAT or SELECT");
    }

    private static void RefuseFiles(ReadOnlySpan<byte> sql, SqlToken last, SqlToken token)
    {
        if ((Is(sql, token, "INFILE") && Is(sql, last, "FROM")) || (Is(sql, token, "OUTFILE") && Is(sql, last, "INTO")))
            throw new EngineException(48, "NOT_IMPLEMENTED", "Files of the server cannot be read or written over HTTP");
    }

    /// <summary>Rows begin after the blanks that follow the format's name, and after one line end.</summary>
    private static int SkipLineEnd(ReadOnlySpan<byte> sql, int at)
    {
        while (at < sql.Length && sql[at] is (byte)' ' or (byte)'\t')
            at++;
        if (at < sql.Length && sql[at] == '\r')
            at++;
        return at < sql.Length && sql[at] == '\n' ? at + 1 : at;
    }

    private static bool Is(ReadOnlySpan<byte> sql, SqlToken token, string keyword) =>
        token.Kind == SqlTokenKind.Word && Ascii.EqualsIgnoreCase(sql[token.Start..token.End], keyword);

    private static string Text(ReadOnlySpan<byte> sql, SqlToken token) => Encoding.UTF8.GetString(sql[token.Start..token.End]);
}
