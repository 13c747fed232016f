namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Maps tool names that a provider would not take to such that it does, and back in the answer.</summary>
internal sealed class ToolNames
{
    private readonly Dictionary<string, (string? Namespace, string Name)> _toClient = new(StringComparer.Ordinal);
    private readonly Dictionary<(string?, string), string> _toUpstream = [];

    /// <summary>A name of at most <paramref name="longest"/> characters out of <c>[A-Za-z0-9_-]</c>, unique in this call, the same each time.</summary>
    /// <param name="letterFirst">It must begin with a letter or an underscore.</param>
    public string ToUpstream(string? space, string name, int longest = 64, bool letterFirst = false)
    {
        if (_toUpstream.TryGetValue((space, name), out var known))
            return known;
        var wanted = Clean(space is null ? name : space + "__" + name, longest);
        if (letterFirst && !char.IsAsciiLetter(wanted[0]) && wanted[0] != '_')
            wanted = Clean("_" + wanted, longest);
        var made = wanted;
        for (var i = 2; _toClient.ContainsKey(made); i++)
        {
            var suffix = "_" + i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            made = wanted[..Math.Min(wanted.Length, longest - suffix.Length)] + suffix;
        }

        _toUpstream[(space, name)] = made;
        _toClient[made] = (space, name);
        return made;
    }

    /// <summary>The client's name of a tool that the provider called; unknown names stay as they are.</summary>
    public (string? Namespace, string Name) ToClient(string upstreamName) =>
        _toClient.TryGetValue(upstreamName, out var known) ? known : (null, upstreamName);

    /// <summary>Finds the name of the tool whose call has this id, for formats whose results must say it; null when no such call is there.</summary>
    public static ToolCallPart? NameOfCall(ChatRequest request, string callId)
    {
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call && call.Id == callId)
                    return call;
            }
        }

        return null;
    }

    private static string Clean(string name, int longest)
    {
        var cleaned = string.Create(Math.Min(name.Length, longest), name, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' or '-' ? source[i] : '_';
        });
        return cleaned.Length == 0 ? "tool" : cleaned;
    }
}
