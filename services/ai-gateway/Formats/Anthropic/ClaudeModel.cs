using System.Globalization;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// What a Claude model takes, by its name (https://docs.anthropic.com/en/docs/about-claude/models/overview). Names that are no Claude's are taken for
/// compatible models of others: they know the older half of the format.
/// </summary>
/// <param name="Family"><c>opus</c>, <c>sonnet</c> …; empty when unknown.</param>
/// <param name="Generation">45 is 4.5; 0 is unknown.</param>
internal readonly record struct ClaudeModel(string Family, int Generation)
{
    private const int Newest = 99;

    public bool IsUnknown => Generation == 0;

    public bool CanThink => IsUnknown || Generation >= 37;

    /// <summary>Takes <c>thinking.type</c> <c>enabled</c> with a budget.</summary>
    public bool TakesBudget => Generation <= 46;

    /// <summary>Takes <c>thinking.type</c> <c>adaptive</c> with <c>output_config.effort</c>.</summary>
    public bool TakesAdaptive => Generation >= 46;

    /// <summary>Says itself whether its thoughts are shown when nobody asks.</summary>
    public bool TakesDisplay => Generation >= 47;

    public bool TakesExtraHighEffort => Generation >= 47;

    /// <summary>How thinking is switched off: null when leaving it out does that.</summary>
    public string? Off => Generation switch
    {
        < 50 => null,
        < 55 => "disabled",
        _ when Family == "sonnet" => "between_tools",
        _ => "",
    };

    public bool TakesSampling => Generation < 47;

    public bool TakesTemperatureWithTopP => Generation < 41;

    /// <summary>Takes <c>output_config.format</c> and strict tools.</summary>
    public bool TakesFormat => IsUnknown || Generation >= 45;

    /// <summary>Most output tokens; what a call gets when its client sets no bound.</summary>
    public long MaxOutputTokens => Generation switch
    {
        0 => 8192,
        < 35 => 4096,
        < 37 => 8192,
        < 45 when Family == "opus" => 32000,
        _ => 64000,
    };

    public static ClaudeModel Of(string name)
    {
        var at = name.IndexOf("claude-", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return new ClaudeModel("", 0);
        var family = "";
        int? major = null, minor = null;
        foreach (var word in name[(at + "claude-".Length)..].Split('-', '.', '@', ':'))
        {
            if (word.Length is 1 or 2 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                if (major is null)
                    major = number;
                else
                    minor ??= number;
            }
            else if (family.Length == 0 && word.Length > 0 && char.IsAsciiLetter(word[0]))
            {
                family = word;
            }
            else if (major is not null)
            {
                // A date: what follows is no version.
                break;
            }
        }

        return new ClaudeModel(family, major is { } whole ? (whole * 10) + Math.Min(minor ?? 0, 9) : Newest);
    }
}
