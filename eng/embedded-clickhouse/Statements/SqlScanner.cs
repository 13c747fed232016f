namespace ThinkWatch.EmbeddedClickHouse.Statements;

internal enum SqlTokenKind
{
    End,
    Word,
    Quoted,
    Open,
    Close,
    Semicolon,
    Other,
}

internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int End);

/// <summary>Cuts ClickHouse's SQL into the few kinds of tokens that matter here; comments and white space vanish. Works on bytes: data may follow.</summary>
internal ref struct SqlScanner(ReadOnlySpan<byte> sql)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private int _at;

    public SqlToken Next()
    {
        SkipBlank();
        if (_at >= _sql.Length)
            return new SqlToken(SqlTokenKind.End, _sql.Length, _sql.Length);
        var start = _at;
        var c = _sql[_at++];
        var kind = c switch
        {
            (byte)'(' or (byte)'[' or (byte)'{' => SqlTokenKind.Open,
            (byte)')' or (byte)']' or (byte)'}' => SqlTokenKind.Close,
            (byte)';' => SqlTokenKind.Semicolon,
            (byte)'\'' or (byte)'"' or (byte)'`' => Quoted(c),
            (byte)'$' when Heredoc() => SqlTokenKind.Quoted,
            _ when IsWord(c) => Word(),
            _ => SqlTokenKind.Other,
        };
        return new SqlToken(kind, start, _at);
    }

    private void SkipBlank()
    {
        while (_at < _sql.Length)
        {
            var rest = _sql[_at..];
            if (rest[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'\f' or (byte)'\v')
                _at++;
            else if (rest.StartsWith("--"u8) || rest.StartsWith("#!"u8) || rest.StartsWith("# "u8))
                _at = rest.IndexOf((byte)'\n') is >= 0 and var line ? _at + line + 1 : _sql.Length;
            else if (rest.StartsWith("/*"u8))
                _at = rest[2..].IndexOf("*/"u8) is >= 0 and var block ? _at + block + 4 : _sql.Length;
            else
                return;
        }
    }

    private SqlTokenKind Quoted(byte quote)
    {
        while (_at < _sql.Length)
        {
            var c = _sql[_at++];
            if (c == '\\')
                _at++;
            else if (c == quote && (_at >= _sql.Length || _sql[_at] != quote))
                break;
            else if (c == quote)
                _at++;
        }

        _at = Math.Min(_at, _sql.Length);
        return SqlTokenKind.Quoted;
    }

    /// <summary><c>$tag$ … $tag$</c>: consumes it and says yes, or leaves everything as it is.</summary>
    private bool Heredoc()
    {
        var rest = _sql[(_at - 1)..];
        var tag = rest[1..].IndexOf((byte)'$');
        if (tag < 0 || rest.Slice(1, tag).ContainsAnyExcept(WordBytes))
            return false;
        var mark = rest[..(tag + 2)];
        var end = rest[mark.Length..].IndexOf(mark);
        if (end < 0)
            return false;
        _at = _at - 1 + (2 * mark.Length) + end;
        return true;
    }

    private SqlTokenKind Word()
    {
        while (_at < _sql.Length && IsWord(_sql[_at]))
            _at++;
        return SqlTokenKind.Word;
    }

    private static readonly System.Buffers.SearchValues<byte> WordBytes =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);

    private static bool IsWord(byte c) => char.IsAsciiLetterOrDigit((char)c) || c == '_' || c >= 0x80;
}
