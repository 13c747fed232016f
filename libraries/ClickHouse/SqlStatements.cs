namespace ThinkWatch.ClickHouse;

/// <summary>Splits a migration into its statements: the HTTP interface takes one at a time.</summary>
internal static class SqlStatements
{
    public static IEnumerable<string> Split(string script)
    {
        var start = 0;
        var meaningful = false;
        for (var i = 0; i < script.Length; i++)
        {
            var c = script[i];
            if (c == ';')
            {
                if (meaningful)
                    yield return script[start..i].Trim();
                (start, meaningful) = (i + 1, false);
            }
            else if (Skip(script, i) is var end && end > i)
            {
                meaningful |= c is '\'' or '"' or '`';
                i = end - 1;
            }
            else
            {
                meaningful |= !char.IsWhiteSpace(c);
            }
        }

        if (meaningful)
            yield return script[start..].Trim();
    }

    /// <summary>The position after the comment or quoted text that begins at <paramref name="at"/>, or <paramref name="at"/> itself.</summary>
    private static int Skip(string script, int at)
    {
        var rest = script.AsSpan(at);
        if (rest.StartsWith("--"))
            return rest.IndexOf('\n') is >= 0 and var line ? at + line : script.Length;
        if (rest.StartsWith("/*"))
            return rest[2..].IndexOf("*/") is >= 0 and var block ? at + block + 4 : script.Length;
        if (rest[0] is not ('\'' or '"' or '`'))
            return at;
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == rest[0])
                return at + i + 1;
        }

        return script.Length;
    }
}
