using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// What of a request can be had together at Anthropic, decided before anything is written: a forced tool forbids thinking, thinking needs room in
/// <c>max_tokens</c> and forbids sampling, an answer's shape may need a tool of its own. Immutable.
/// </summary>
internal sealed record RequestPlan
{
    private const string AnswerToolName = "json_answer";
    private const long LeastBudget = 1024;

    public required ClaudeModel Model { get; init; }

    public required long MaxTokens { get; init; }

    /// <summary>Null: nothing is said about thinking.</summary>
    public string? Thinking { get; init; }

    public long? Budget { get; init; }

    public string? Display { get; init; }

    public string? Effort { get; init; }

    /// <summary>The shape goes as <c>output_config.format</c>.</summary>
    public bool SendsFormat { get; init; }

    /// <summary>A tool whose input is the answer; not the client's.</summary>
    public ToolDefinition? AnswerTool { get; init; }

    public ToolChoice? Choice { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public long? TopK { get; init; }

    public static RequestPlan Of(ConvertedCall call, List<Turn> turns)
    {
        var model = ClaudeModel.Of(call.UpstreamModel);
        var request = call.Request;
        var plan = new RequestPlan { Model = model, MaxTokens = MaxTokensOf(call, model), Choice = request.Tools.Count > 0 ? request.ToolChoice : null };
        plan = plan.WithShape(call).WithThinking(call, turns);
        return plan.WithSampling(request.Sampling, call.Notes);
    }

    private static long MaxTokensOf(ConvertedCall call, ClaudeModel model)
    {
        if (call.Request.Sampling.MaxTokens is { } wanted)
        {
            if (wanted <= (call.MaxOutputTokens ?? long.MaxValue))
                return wanted;
            call.Notes.Change("max_tokens");
            return call.MaxOutputTokens!.Value;
        }

        // Anthropic demands a bound.
        call.Notes.Change("max_tokens");
        return call.MaxOutputTokens ?? model.MaxOutputTokens;
    }

    private RequestPlan WithShape(ConvertedCall call)
    {
        var request = call.Request;
        if (request.OutputFormat is not { Kind: not OutputFormatKind.Text } format)
            return this;
        if (format.Kind == OutputFormatKind.JsonSchema && Model.TakesFormat)
            return this with { SendsFormat = true };
        if (Choice?.Mode == ToolChoiceMode.Named)
            return this; // That call is the answer.
        var tool = new ToolDefinition(
            call.ToolNames.ToUpstream("thinkwatch", AnswerToolName),
            format.Description ?? "Gives the answer. Its input is the whole answer, as JSON.",
            format.Kind == OutputFormatKind.JsonSchema ? format.Schema : null);
        call.UnwrappedTool = tool.Name;
        var mayCallOthers = request.Tools.Count > 0 && Choice?.Mode != ToolChoiceMode.None;
        return this with { AnswerTool = tool, Choice = mayCallOthers ? new ToolChoice(ToolChoiceMode.Required) : new ToolChoice(ToolChoiceMode.Named, tool.Name) };
    }

    private RequestPlan WithThinking(ConvertedCall call, List<Turn> turns)
    {
        if (call.Request.Thinking is not { } wanted)
            return this;
        if (wanted.Mode == ThinkingMode.Off || wanted.Effort == "none" || wanted.BudgetTokens == 0)
            return Off(call.Notes);
        if (!Model.CanThink || Choice?.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named)
        {
            call.Notes.Drop("thinking");
            return Off(call.Notes);
        }

        if (Model.TakesAdaptive && (wanted.BudgetTokens is null || !Model.TakesBudget))
            return Adaptive(wanted, call.Notes);
        if (Model.IsUnknown && wanted is { Mode: ThinkingMode.Adaptive, Effort: null })
            return this with { Thinking = "adaptive" };
        return WithBudget(wanted, call, turns);
    }

    private RequestPlan Adaptive(ThinkingSettings wanted, ConversionNotes notes)
    {
        if (wanted.BudgetTokens is not null)
            notes.Change("thinking.budget_tokens");
        var effort = wanted is { BudgetTokens: null, Effort: null } ? null : wanted.EffortOrBudget();
        var said = effort switch
        {
            "minimal" => "low",
            "xhigh" when !Model.TakesExtraHighEffort => "high",
            _ => effort,
        };
        if (said != effort)
            notes.Change("effort");
        return this with { Thinking = "adaptive", Effort = said, Display = !Model.TakesDisplay ? null : wanted.ShowThoughts ? "summarized" : "omitted" };
    }

    private RequestPlan WithBudget(ThinkingSettings wanted, ConvertedCall call, List<Turn> turns)
    {
        // A loop of tools must go on with the thoughts that began it. Said outright: some models think unless they are told not to.
        if (Turn.LastCallsAreUnthought(turns))
        {
            call.Notes.Drop("thinking");
            return Off(call.Notes);
        }

        var isBounded = call.Request.Sampling.MaxTokens is not null;
        var most = isBounded ? MaxTokens / 2 : MaxTokens - LeastBudget;
        if (isBounded && MaxTokens > LeastBudget)
            most = Math.Max(most, LeastBudget);
        var budget = Math.Min(Math.Max(wanted.BudgetOrEffort(), LeastBudget), wanted.BudgetTokens is { } given && given >= LeastBudget && given < MaxTokens ? given : most);
        if (budget < LeastBudget || budget >= MaxTokens)
        {
            call.Notes.Drop("thinking");
            return this;
        }

        if (wanted.BudgetTokens is { } asked && asked != budget)
            call.Notes.Change("thinking.budget_tokens");
        if (wanted.Effort is not null && (wanted.BudgetTokens is not null || budget != wanted.BudgetOrEffort()))
            call.Notes.Change("effort");
        return this with { Thinking = "enabled", Budget = budget };
    }

    private RequestPlan Off(ConversionNotes notes)
    {
        if (Model.Off is not "")
            return this with { Thinking = Model.Off };

        // It always thinks; as little as it can.
        notes.Change("thinking");
        return this with { Effort = "low" };
    }

    private RequestPlan WithSampling(Sampling wanted, ConversionNotes notes)
    {
        var thinks = Thinking is "enabled" or "adaptive";
        var temperature = wanted.Temperature is > 1 ? 1 : wanted.Temperature;
        if (wanted.Temperature is > 1)
            notes.Change("temperature");
        if (temperature is not (null or 1) && (thinks || !Model.TakesSampling))
            temperature = Dropped("temperature");
        var topP = wanted.TopP;
        if (topP is not (null or 1) && (!Model.TakesSampling || (thinks && topP < 0.95) || (temperature is not null && !Model.TakesTemperatureWithTopP)))
            topP = Dropped("top_p");
        var topK = wanted.TopK;
        if (topK is not null && (thinks || !Model.TakesSampling))
        {
            topK = null;
            notes.Drop("top_k");
        }

        // At their defaults they say nothing, and newer models refuse even that.
        return this with { Temperature = Model.TakesSampling && !thinks ? temperature : null, TopP = topP is 1 ? null : topP, TopK = topK };

        double? Dropped(string name)
        {
            notes.Drop(name);
            return null;
        }
    }
}
