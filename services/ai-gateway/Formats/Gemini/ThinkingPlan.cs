using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>How much thinking is asked for, in the words that the model's generation knows (https://ai.google.dev/gemini-api/docs/thinking).</summary>
/// <param name="Budget">Tokens; -1: the model decides.</param>
/// <param name="Level">MINIMAL, LOW, MEDIUM, HIGH.</param>
internal sealed record ThinkingPlan(bool ShowThoughts, long? Budget, string? Level)
{
    private const long Dynamic = -1;

    /// <summary>Null when nothing is to be said.</summary>
    public static ThinkingPlan? For(ConvertedCall call, GeminiModel model)
    {
        if (call.Request.Thinking is not { } thinking)
            return null;
        if (!model.Thinks)
        {
            if (thinking.Mode is not ThinkingMode.Off)
                call.Notes.Drop("thinking");
            return null;
        }

        return model.IsThird ? Leveled(call, thinking, model) : Budgeted(call, thinking, model);
    }

    private static ThinkingPlan? Leveled(ConvertedCall call, ThinkingSettings thinking, GeminiModel model)
    {
        if (thinking.Mode is ThinkingMode.Adaptive && thinking.Effort is null && thinking.BudgetTokens is null)
            return thinking.ShowThoughts ? new ThinkingPlan(true, null, null) : null;

        // Thinking cannot be turned off, and Pro models do not know the least level.
        var wanted = thinking.Mode is ThinkingMode.Off ? "none" : thinking.EffortOrBudget();
        var least = model.IsPro ? "LOW" : "MINIMAL";
        var level = wanted switch
        {
            "none" or "minimal" => least,
            "low" => "LOW",
            "medium" => "MEDIUM",
            _ => "HIGH",
        };
        if (thinking.Mode is not ThinkingMode.Off && thinking.BudgetTokens is not null)
            call.Notes.Change("thinking.budget_tokens");
        if ((thinking.BudgetTokens is null || thinking.Effort is not null || thinking.Mode is ThinkingMode.Off) && !string.Equals(wanted, level, StringComparison.OrdinalIgnoreCase))
            call.Notes.Change(thinking.Mode is ThinkingMode.Off ? "thinking" : "reasoning_effort");
        return new ThinkingPlan(thinking.ShowThoughts && thinking.Mode is not ThinkingMode.Off, null, level);
    }

    private static ThinkingPlan Budgeted(ConvertedCall call, ThinkingSettings thinking, GeminiModel model)
    {
        // Ranges by model: Pro 128 … 32768 and never off, Flash 0 … 24576, Flash-Lite 512 … 24576 or off.
        var (least, most) = model.IsPro ? (128L, 32768L) : model.IsLite ? (512L, 24576L) : (1L, 24576L);
        if (thinking.Mode is ThinkingMode.Adaptive && thinking.BudgetTokens is null && thinking.Effort is null)
            return new ThinkingPlan(thinking.ShowThoughts, Dynamic, null);
        var wanted = thinking.Mode is ThinkingMode.Off ? 0 : thinking.BudgetOrEffort();
        var budget = wanted <= 0 && !model.IsPro ? 0 : Math.Clamp(wanted, least, most);
        if (budget != wanted)
            call.Notes.Change(thinking.BudgetTokens is null ? "reasoning_effort" : "thinking.budget_tokens");
        if (thinking is { BudgetTokens: not null, Effort: not null })
            call.Notes.Change("effort");
        return new ThinkingPlan(thinking.ShowThoughts && budget != 0, budget, null);
    }
}
