using System.Globalization;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// What a model's name tells about what it takes (https://ai.google.dev/gemini-api/docs/models). Names are open-ended: one without a number, such as
/// <c>gemini-flash-latest</c>, is taken for the newest.
/// </summary>
internal readonly record struct GeminiModel
{
    private const double Newest = 99;

    private GeminiModel(double generation, string name)
    {
        Generation = generation;
        IsGemma = name.StartsWith("gemma", StringComparison.OrdinalIgnoreCase);
        IsPro = name.Contains("pro", StringComparison.OrdinalIgnoreCase);
        IsLite = name.Contains("lite", StringComparison.OrdinalIgnoreCase);
    }

    public double Generation { get; }

    public bool IsGemma { get; }

    public bool IsPro { get; }

    public bool IsLite { get; }

    /// <summary>Levels of thinking in place of budgets, signatures demanded on tool calls, media inside tool results, tools beside a response schema.</summary>
    public bool IsThird => !IsGemma && Generation >= 3;

    /// <summary>Takes <c>thinkingConfig</c> at all.</summary>
    public bool Thinks => !IsGemma && Generation >= 2.5;

    /// <summary>Refuses penalties: https://ai.google.dev/gemini-api/docs/models says so of 2.5 only by its errors.</summary>
    public bool RefusesPenalties => Math.Abs(Generation - 2.5) < 0.01;

    public static GeminiModel Of(string name)
    {
        var bare = name[(name.LastIndexOf('/') + 1)..];
        return new GeminiModel(GenerationOf(bare), bare);
    }

    private static double GenerationOf(string name)
    {
        if (name is "gemini-pro" or "gemini-pro-vision")
            return 1;
        foreach (var word in name.Split('-'))
        {
            // "2.5", but not "001" or the parts of a date.
            if (word.Length is >= 1 and <= 3 && char.IsAsciiDigit(word[0]) && word[0] != '0'
                && double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var generation) && generation < 20)
            {
                return generation;
            }
        }

        return Newest;
    }
}
