using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Pipeline;

/// <summary>Names that are allowed: exact ones and <c>*</c> globs, in one or several lists that must all agree, less what is denied. Immutable.</summary>
public sealed class NameScope
{
    private readonly Layer[] _layers;

    private readonly Layer? _denied;

    private NameScope(Layer[] layers, Layer? denied = null) => (_layers, _denied) = (layers, denied);

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

    /// <summary>The same scope without these names; what is denied wins.</summary>
    public NameScope Except(IReadOnlyCollection<string> denied) => denied.Count == 0 ? this : new NameScope(_layers, Layer.Of(new StringList { Items = { denied } }));

    public bool AllowsAll => _layers.Length == 0 && _denied is null;

    public bool Allows(string name)
    {
        if (_denied?.Allows(name) == true)
            return false;
        foreach (var layer in _layers)
        {
            if (!layer.Allows(name))
                return false;
        }

        return true;
    }

    private sealed record Layer(HashSet<string> Exact, string[] Globs)
    {
        public static Layer Of(StringList list) => new(
            [.. list.Items.Where(static item => !item.Contains('*'))],
            [.. list.Items.Where(static item => item.Contains('*'))]);

        public bool Allows(string name)
        {
            if (Exact.Contains(name))
                return true;
            foreach (var glob in Globs)
            {
                if (Matches(glob, name))
                    return true;
            }

            return false;
        }

        /// <summary>Only <c>*</c> is special. Looks for the pieces between the stars in turn: linear, whatever the glob.</summary>
        private static bool Matches(ReadOnlySpan<char> glob, ReadOnlySpan<char> name)
        {
            var star = glob.IndexOf('*');
            if (!name.StartsWith(glob[..star], StringComparison.Ordinal))
                return false;
            name = name[star..];
            glob = glob[(star + 1)..];
            while ((star = glob.IndexOf('*')) >= 0)
            {
                var found = name.IndexOf(glob[..star], StringComparison.Ordinal);
                if (found < 0)
                    return false;
                name = name[(found + star)..];
                glob = glob[(star + 1)..];
            }

            return name.EndsWith(glob, StringComparison.Ordinal);
        }
    }
}
