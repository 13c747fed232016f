using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>
/// What is asked of the model in Converse's words, decided before anything is written. Claude's rules are the same here as at Anthropic. Immutable.
/// </summary>
internal sealed record ConversePlan
{
    public const string AnswerToolName = "json_answer";

    public long? MaxTokens { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public long? TopK { get; init; }

    public ToolChoice? Choice { get; init; }

    /// <summary>A tool whose input is the answer; not the client's.</summary>
    public ToolDefinition? AnswerTool { get; init; }

    /// <summary>The shape goes as <c>outputConfig.textFormat</c>.</summary>
    public bool SendsFormat { get; init; }

    /// <summary>Bedrock refuses <c>strict</c> for the newest Claudes, and for the others' models.</summary>
    public bool TakesStrictTools { get; init; }

    /// <summary>Claude's <c>thinking.type</c>.</summary>
    public string? Thinking { get; init; }

    public long? Budget { get; init; }

    public string? Display { get; init; }

    public string? Effort { get; init; }

    public static ConversePlan Of(ConvertedCall call, BedrockModel model, List<Turn> turns)
    {
        if (!model.IsClaude)
            return OfOthers(call, model);
        var plan = RequestPlan.Of(call, turns);
        return new ConversePlan
        {
            MaxTokens = plan.MaxTokens,
            Temperature = plan.Temperature,
            TopP = plan.TopP,
            TopK = plan.TopK,
            Choice = plan.Choice,
            AnswerTool = plan.AnswerTool,
            SendsFormat = plan.SendsFormat,
            TakesStrictTools = plan.Model is { IsUnknown: false, Generation: 45 or 46 },
            Thinking = plan.Thinking,
            Budget = plan.Budget,
            Display = plan.Display,
            Effort = plan.Effort,
        };
    }

    private static ConversePlan OfOthers(ConvertedCall call, BedrockModel model)
    {
        var (request, sampling) = (call.Request, call.Request.Sampling);
        if (sampling.Temperature is > 1)
            call.Notes.Change("temperature");
        if (sampling.TopK is not null && !model.IsNova)
            call.Notes.Drop("top_k");
        var plan = new ConversePlan
        {
            MaxTokens = sampling.MaxTokens,
            Temperature = sampling.Temperature is > 1 ? 1 : sampling.Temperature,
            TopP = sampling.TopP,
            TopK = model.IsNova ? sampling.TopK : null,
            Choice = request.Tools.Count > 0 ? request.ToolChoice : null,
            Effort = EffortOf(call, model),
        };
        if (plan.Choice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named } && model.OnlyChoosesItself)
            throw new ConversionException("This model cannot be made to call a tool.", "tool_choice");
        return plan.WithShape(call, model);
    }

    private ConversePlan WithShape(ConvertedCall call, BedrockModel model)
    {
        if (call.Request.OutputFormat is not { Kind: not OutputFormatKind.Text } format || Choice is { Mode: ToolChoiceMode.Named })
            return this;
        if (model.OnlyChoosesItself)
            throw new ConversionException("This model cannot be held to a shape of its answer.", "response_format");
        var tool = new ToolDefinition(
            call.ToolNames.ToUpstream("thinkwatch", AnswerToolName), format.Description ?? "Gives the answer. Its input is the whole answer, as JSON.", format.Schema);
        call.UnwrappedTool = tool.Name;
        var mayCallOthers = call.Request.Tools.Count > 0 && Choice?.Mode is not ToolChoiceMode.None;
        return this with { AnswerTool = tool, Choice = mayCallOthers ? new ToolChoice(ToolChoiceMode.Required) : new ToolChoice(ToolChoiceMode.Named, tool.Name) };
    }

    /// <summary>Nova's second generation and OpenAI's open models know efforts; others think as they please.</summary>
    private static string? EffortOf(ConvertedCall call, BedrockModel model)
    {
        if (call.Request.Thinking is not { } thinking)
            return null;
        var isOff = thinking.Mode is ThinkingMode.Off || thinking.Effort is "none";
        if (!model.ThinksByEffort || (isOff && model.IsGptOss))
        {
            call.Notes.Drop("thinking");
            return null;
        }

        if (isOff)
            return null;
        var wanted = thinking.EffortOrBudget();
        var said = wanted switch { "minimal" => "low", "xhigh" or "max" => "high", _ => wanted };
        if (said != wanted)
            call.Notes.Change("reasoning_effort");
        if (thinking.BudgetTokens is not null)
            call.Notes.Change("thinking.budget_tokens");
        return said;
    }
}
