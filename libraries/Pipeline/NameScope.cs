using System.Collections.Frozen;
using System.IO.Enumeration;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Pipeline;

/// <summary>Names that are allowed: exact ones and <c>*</c> globs, in one or several lists that must all agree. Immutable.</summary>
public sealed class NameScope
{
    private readonly Layer[] _layers;

    private NameScope(Layer[] layers) => _layers = layers;

    /// <summary>A list that is absent restricts nothing; one that is present and empty allows nothing.</summary>
    public static NameScope Intersection(params ReadOnlySpan<StringList?> lists)
    {
        var layers = new List<Layer>(lists.Length);
        foreach (var list in lists)
        {
            if (list is not null && !list.Items.Contains("*"))
                layers.Add(Layer.Of(list));
        }

        return new NameScope([.. layers]);
    }

    public bool AllowsAll => _layers.Length == 0;

    public bool Allows(string name)
    {
        foreach (var layer in _layers)
        {
            if (!layer.Allows(name))
                return false;
        }

        return true;
    }

    private sealed record Layer(FrozenSet<string> Exact, string[] Globs)
    {
        public static Layer Of(StringList list) => new(
            list.Items.Where(static item => !item.Contains('*')).ToFrozenSet(StringComparer.Ordinal),
            [.. list.Items.Where(static item => item.Contains('*'))]);

        public bool Allows(string name)
        {
            if (Exact.Contains(name))
                return true;
            foreach (var glob in Globs)
            {
                // A backslash is an ordinary character in a name, '?' too: only '*' is special.
                if (Matches(glob, name))
                    return true;
            }

            return false;
        }

        private static bool Matches(string glob, string name) =>
            glob.AsSpan().ContainsAny('?', '\\')
                ? FileSystemName.MatchesSimpleExpression(glob.Replace("\\", "\\\\").Replace("?", "\\?"), name, ignoreCase: false)
                : FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);
    }
}
