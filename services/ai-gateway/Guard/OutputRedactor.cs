using ThinkWatch.AiGateway.Capture;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>Takes out of a stream what rules forbid. As long as such a rule is in force, the last characters of a text wait for what comes behind them.</summary>
internal sealed class OutputRedactor(ContentRule[] rules, GuardHits hits) : IStreamText
{
    /// <summary>Longer finds of regular expressions may be seen too late when a stream cuts them; phrases are never longer than that.</summary>
    private const int Fewest = 128;

    private static readonly Placeholders s_none = new("");

    private readonly int _waits = rules.Max(static rule => rule.Finder is PhraseFinder phrases ? phrases.Longest : Fewest);
    private readonly TextInspector _counting = new(PiiScanner.Off, rules, hits, RegexBudget.Unbounded());
    private readonly TextInspector _looking = new(PiiScanner.Off, rules, new GuardHits(), RegexBudget.Unbounded());
    private readonly List<Replacement> _found = [];

    public int CertainUpTo(ReadOnlySpan<byte> raw)
    {
        var text = Read(raw, _looking);
        var certain = Math.Max(0, text - _waits);
        foreach (var found in _found)
        {
            if (found.Start < certain && found.End > certain)
                certain = found.Start;
        }

        return JsonText.Skip(raw, certain);
    }

    public bool Rewrite(ReadOnlySpan<byte> raw, bool nested, bool repeated, PooledBuffer output)
    {
        Read(raw, repeated ? _looking : _counting);
        if (_found.Count == 0)
            return false;
        var text = new RedactedText(0, raw.Length, inConversation: false);
        var characters = new char[raw.Length];
        text.Replace(characters.AsSpan(0, JsonText.Unescape(raw, characters)), _found);
        output.Append(text.Rewrite(raw, s_none).Bytes);
        return true;
    }

    /// <summary>Answers the length of the text in UTF-16 units.</summary>
    private int Read(ReadOnlySpan<byte> raw, TextInspector inspector)
    {
        _found.Clear();
        var characters = new char[raw.Length];
        var length = JsonText.Unescape(raw, characters);
        inspector.Inspect(characters.AsSpan(0, length), _found);
        return length;
    }
}
