namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>What an answer's <c>x-thinkwatch-conversion</c> names.</summary>
internal sealed class Notes
{
    private readonly HashSet<string> _names;
    private readonly string[][] _steps;

    public Notes(string header)
    {
        _names = [.. header.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static note => note[(note.IndexOf('=', StringComparison.Ordinal) + 1)..])];
        _steps = [.. _names.Select(static name => name.Split('.'))];
    }

    public bool Name(params ReadOnlySpan<string> any)
    {
        foreach (var name in any)
        {
            if (_names.Contains(name)) return true;
        }

        return false;
    }

    /// <summary>A note names a path when its words stand in it in their order: <c>cache_control</c>, <c>tools.custom.format</c>.</summary>
    public bool NamePath(string path)
    {
        var steps = path.Split('.');
        return Array.Exists(_steps, note =>
        {
            var at = 0;
            foreach (var step in steps)
            {
                if (at < note.Length && (note[at] == step || Clean(step) == note[at])) at++;
            }

            return at == note.Length;
        }) || _names.Contains(Clean(path));
    }

    private static string Clean(string text) => string.Concat(text.Take(64).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_'));
}
