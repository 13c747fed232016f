using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>What the request says about thinking, and the rule that the thinking before a tool use comes back with the tool's result.</summary>
internal static class AnthropicThinking
{
    private const int MinBudget = 1024;

    public static void Read(JsonElement root, Prompt prompt, string version)
    {
        var effort = root.Member("output_config").Text("effort");
        if (effort is not (null or "low" or "medium" or "high" or "xhigh" or "max"))
            throw Refused.Invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
        var thinking = root.Member("thinking");
        if (thinking.ValueKind == JsonValueKind.Undefined)
        {
            prompt.Thinking = Thinking.Unset with { Effort = effort };
            return;
        }

        var visible = thinking.Text("display") != "omitted";
        prompt.Thinking = thinking.Text("type") switch
        {
            "disabled" => new Thinking(false, null, effort, visible),
            "adaptive" or "between_tools" => new Thinking(true, null, effort, visible),
            "enabled" => new Thinking(true, Budget(thinking, prompt), effort, visible),
            var other => throw Refused.Invalid($"thinking: Input tag '{other}' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'"),
        };
        if (prompt.Thinking.On == true)
            RequireCompany(root, prompt, version);
    }

    /// <summary>
    /// With thinking on, the thinking before a tool use must lead its turn as long as results are being answered. Adaptive thinking can do without, so that
    /// then only a thinking model insists.
    /// </summary>
    public static void RequireItsReturn(Prompt prompt, JsonElement root)
    {
        var insists = Behaviour.Of(prompt.Model, null, prompt.Command).Think;
        var enabled = root.Member("thinking").Text("type") == "enabled";
        if ((enabled || (insists && prompt.Thinking.On != false)) && prompt.TurnWithoutThinking(AnthropicJson.IsAfterThinking, enabled) is { } index)
        {
            throw Refused.Invalid($"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{(prompt.Turns[index].Parts[0].Kind == PartKind.Text ? "text" : "tool_use")}`. "
                + "When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). "
                + "We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`.");
        }
    }

    private static int Budget(JsonElement thinking, Prompt prompt)
    {
        var budget = thinking.Whole("budget_tokens") ?? throw AnthropicRequest.Missing("thinking.enabled.budget_tokens");
        if (budget < MinBudget)
            throw Refused.Invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        if (prompt.MaxTokens is { } max && max <= budget)
            throw Refused.Invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
        return budget;
    }

    private static void RequireCompany(JsonElement root, Prompt prompt, string version)
    {
        if (prompt.ToolNamed || prompt.ToolChoice == "required")
            throw Refused.Invalid("Thinking may not be enabled when tool_choice forces tool use.");
        if (version == AnthropicRequest.VersionWithoutSampling)
            return;
        if (root.Number("temperature") is { } temperature && temperature is not 1)
            throw Refused.Invalid("`temperature` may only be set to 1 when thinking is enabled.");
        if (root.Has("top_k"))
            throw Refused.Invalid("`top_k` must be unset when thinking is enabled.");
        if (root.Number("top_p") is < 0.95)
            throw Refused.Invalid("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
    }
}
