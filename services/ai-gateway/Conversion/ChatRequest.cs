using System.Text.Json;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>
/// A call to a model in no provider's words: what a client's format was read into and what a provider's format is written from. Rich enough that
/// nothing common is lost; what a reader or a writer cannot carry it says in <see cref="ConversionNotes"/>. Null always means "not said by the client".
/// </summary>
internal sealed class ChatRequest
{
    /// <summary>In the client's order, system messages where they stood. Tool results are messages of their own (<see cref="Role.Tool"/>).</summary>
    public List<Message> Messages { get; } = [];

    public List<ToolDefinition> Tools { get; } = [];

    public ToolChoice? ToolChoice { get; set; }

    /// <summary>False: at most one tool call in a turn.</summary>
    public bool? ParallelToolCalls { get; set; }

    public Sampling Sampling { get; } = new();

    public ThinkingSettings? Thinking { get; set; }

    public OutputFormat? OutputFormat { get; set; }

    public bool Stream { get; set; }

    /// <summary>The chat surface's <c>stream_options.include_usage</c>; other surfaces always report usage.</summary>
    public bool IncludeUsage { get; set; }

    /// <summary>The end user in the client's words: OpenAI's <c>user</c> or <c>safety_identifier</c>, Anthropic's <c>metadata.user_id</c>.</summary>
    public string? EndUser { get; set; }

    /// <summary>OpenAI's <c>metadata</c>, an object of strings.</summary>
    public JsonElement? Metadata { get; set; }

    public string? PromptCacheKey { get; set; }

    public string? ServiceTier { get; set; }
}

internal enum Role
{
    System,

    /// <summary>OpenAI's newer name for system; written as system where it is unknown.</summary>
    Developer,
    User,
    Assistant,

    /// <summary>Holds <see cref="ToolResultPart"/>s only.</summary>
    Tool,
}

/// <summary>One turn, or a piece of one: writers merge neighbours of a role where their format demands turns that alternate.</summary>
internal sealed record Message(Role Role, List<Part> Parts)
{
    /// <summary>OpenAI's <c>name</c> of the speaker.</summary>
    public string? Name { get; init; }
}

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">As the client names it.</param>
/// <param name="Schema">JSON Schema of the arguments; null when the client gave none.</param>
internal sealed record ToolDefinition(string Name, string? Description, JsonElement? Schema)
{
    public bool? Strict { get; init; }

    public CachePoint? Cache { get; init; }

    /// <summary>The Responses API's namespace that the tool was declared in; calls go back with it.</summary>
    public string? Namespace { get; init; }
}

internal enum ToolChoiceMode
{
    Auto,
    None,

    /// <summary>Some tool must be called: OpenAI's <c>required</c>, Anthropic's and Bedrock's <c>any</c>.</summary>
    Required,
    Named,
}

internal sealed record ToolChoice(ToolChoiceMode Mode, string? Name = null);

/// <summary>How the answer is drawn.</summary>
internal sealed class Sampling
{
    /// <summary>0 … 2, as OpenAI counts.</summary>
    public double? Temperature { get; set; }

    public double? TopP { get; set; }

    public long? TopK { get; set; }

    public List<string> Stop { get; } = [];

    public long? Seed { get; set; }

    /// <summary>How many answers; OpenAI's <c>n</c>.</summary>
    public int? Choices { get; set; }

    public long? MaxTokens { get; set; }

    public double? FrequencyPenalty { get; set; }

    public double? PresencePenalty { get; set; }

    public bool? Logprobs { get; set; }

    public int? TopLogprobs { get; set; }

    public JsonElement? LogitBias { get; set; }

    /// <summary>OpenAI's <c>verbosity</c>: low, medium, high.</summary>
    public string? Verbosity { get; set; }
}

internal enum ThinkingMode
{
    Off,

    /// <summary>Thinking wanted; <see cref="ThinkingSettings.BudgetTokens"/> or <see cref="ThinkingSettings.Effort"/> say how much.</summary>
    On,

    /// <summary>The model decides.</summary>
    Adaptive,
}

/// <summary>How much the model thinks before it answers.</summary>
/// <param name="BudgetTokens">Anthropic's and Gemini's bound; null when only an effort was given.</param>
/// <param name="Effort">OpenAI's <c>none minimal low medium high xhigh</c>, Anthropic's <c>max</c>; null when only a budget was given.</param>
/// <param name="ShowThoughts">The client wants to read the thoughts or a summary of them.</param>
internal sealed record ThinkingSettings(ThinkingMode Mode, long? BudgetTokens, string? Effort, bool ShowThoughts)
{
    /// <summary>An effort as a budget, where a provider knows budgets only.</summary>
    public long BudgetOrEffort() => BudgetTokens ?? Effort switch
    {
        "none" => 0,
        "minimal" => 1024,
        "low" => 2048,
        "high" => 16384,
        "xhigh" or "max" => 32768,
        _ => 8192,
    };

    /// <summary>A budget as an effort, where a provider knows efforts only.</summary>
    public string EffortOrBudget() => Effort ?? BudgetTokens switch
    {
        null => "medium",
        <= 0 => "none",
        <= 1024 => "minimal",
        <= 4096 => "low",
        <= 12288 => "medium",
        _ => "high",
    };
}

internal enum OutputFormatKind
{
    Text,

    /// <summary>Some JSON object.</summary>
    JsonObject,
    JsonSchema,
}

/// <summary>The shape that the answer's text must have.</summary>
internal sealed record OutputFormat(OutputFormatKind Kind, string? Name = null, JsonElement? Schema = null, bool? Strict = null, string? Description = null);
