using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Anthropic;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>Reads a Converse request.</summary>
internal static class BedrockRequest
{
    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        "messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields", "promptVariables", "additionalModelResponseFieldPaths", "requestMetadata",
        "performanceConfig", "serviceTier", "outputConfig");

    private static readonly FrozenSet<string> s_inference = FrozenSet.Create("maxTokens", "temperature", "topP", "stopSequences");

    /// <summary>The only ones that Bedrock's documentation lists.</summary>
    private static readonly FrozenSet<string> s_betas = FrozenSet.Create(
        "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24", "token-efficient-tools-2025-02-19", "interleaved-thinking-2025-05-14", "output-128k-2025-02-19",
        "dev-full-thinking-2025-05-14", "context-1m-2025-08-07", "context-management-2025-06-27", "effort-2025-11-24", "tool-search-tool-2025-10-19", "tool-examples-2025-10-29");

    private static readonly (string Field, string Name)[] s_sampling = [("maxTokens", "max_tokens"), ("temperature", "temperature"), ("topP", "top_p"), ("stopSequences", "stop")];

    public static Prompt Read(JsonElement root, string model, bool stream)
    {
        RequireKnown(root, s_known, "");
        var inference = root.Member("inferenceConfig");
        var prompt = new Prompt
        {
            Format = "bedrock",
            Model = model,
            Stream = stream,
            Command = root.Member("requestMetadata").Text("simulator"),
            MaxTokens = inference.Whole("maxTokens"),
        };
        ReadInference(inference, prompt);
        ReadAdditional(root.Member("additionalModelRequestFields"), prompt);
        ReadOutput(root.Member("outputConfig"), prompt);
        BedrockTools.Read(root.Member("toolConfig"), prompt);
        AnthropicTools.ReadChoice(root.Member("additionalModelRequestFields").Member("tool_choice"), prompt);
        ReadSystem(root.Member("system"), prompt);
        BedrockMessages.Read(root.Member("messages"), prompt, root.Has("toolConfig"));
        RequireThinkingBack(prompt);
        foreach (var other in (string[])["guardrailConfig", "performanceConfig", "serviceTier", "promptVariables"])
        {
            if (root.Has(other))
                prompt.Others.Add(other);
        }

        return prompt;
    }

    public static void RequireKnown(JsonElement element, FrozenSet<string> known, string path)
    {
        if (element.Unknown(known) is { } extra)
            throw Refused.Invalid($"Malformed input request: #{path}: extraneous key [{extra}] is not permitted, please reformat your input and try again.");
    }

    private static void ReadInference(JsonElement inference, Prompt prompt)
    {
        if (inference.ValueKind == JsonValueKind.Undefined)
            return;
        RequireKnown(inference, s_inference, "/inferenceConfig");
        foreach (var (field, name) in s_sampling)
        {
            if (inference.Has(field))
                prompt.Sampling.Add(new(name, inference.Member(field)));
        }

        foreach (var (field, least, most) in ((string, double, double)[])[("temperature", 0, 1), ("topP", 0, 1), ("maxTokens", 1, int.MaxValue)])
        {
            if (inference.Has(field) && (inference.Number(field) is not { } value || value < least || value > most))
                throw Refused.Invalid($"1 validation error detected: Value at 'inferenceConfig.{field}' failed to satisfy constraint: Member must have value between {least} and {most}");
        }

        prompt.StopSequences.AddRange(inference.Member("stopSequences").Items().Select(static stop => stop.ToString()));
    }

    /// <summary>The model's own fields; here those of Claude.</summary>
    private static void ReadAdditional(JsonElement fields, Prompt prompt)
    {
        if (fields.ValueKind != JsonValueKind.Object)
            return;
        foreach (var field in fields.EnumerateObject())
        {
            if (field.Name == "top_k")
                prompt.Sampling.Add(new("top_k", field.Value));
            else if (field.Name == "anthropic_beta" && field.Value.Items().FirstOrDefault(static beta => !s_betas.Contains(beta.ToString())).ValueKind != JsonValueKind.Undefined)
                throw Refused.Invalid("The model returned the following errors: invalid beta flag");
            else if (field.Name is not ("thinking" or "reasoning_config" or "output_config" or "tool_choice"))
                prompt.Others.Add("additional." + field.Name);
        }

        var effort = fields.Member("output_config").Text("effort");
        var thinking = fields.Has("thinking") ? fields.Member("thinking") : fields.Member("reasoning_config");
        if (thinking.ValueKind == JsonValueKind.Undefined)
        {
            prompt.Thinking = Thinking.Unset with { Effort = effort };
            return;
        }

        var type = thinking.Text("type");
        if (type is not ("enabled" or "adaptive" or "disabled" or "between_tools"))
            throw Refused.Invalid($"The model returned the following errors: thinking: Input tag '{type}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'");
        var budget = thinking.Whole("budget_tokens");
        if (type == "enabled" && budget is null or < 1024)
            throw Refused.Invalid("The model returned the following errors: thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        if (budget is not null && prompt.MaxTokens is { } max && max <= budget)
            throw Refused.Invalid("The model returned the following errors: `max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation.");
        prompt.Thinking = new Thinking(type != "disabled", budget, effort, true);
        if (prompt.Thinking.On == true && prompt.Sampling.Exists(static given => given.Key == "temperature" && given.Value.GetDouble() is not 1))
            throw Refused.Invalid("The model returned the following errors: `temperature` may only be set to 1 when thinking is enabled.");
    }

    private static void ReadOutput(JsonElement output, Prompt prompt)
    {
        if (output.Text("effort") is { } effort)
            prompt.Thinking = prompt.Thinking with { Effort = effort };
        var format = output.Member("textFormat");
        if (format.ValueKind == JsonValueKind.Undefined)
            return;
        if (format.Text("type") != "json_schema" || format.Member("structure").Member("jsonSchema").Text("schema") is not { } schema)
            throw Refused.Invalid("1 validation error detected: Value at 'outputConfig.textFormat.structure.jsonSchema.schema' failed to satisfy constraint: Member must not be null");
        try
        {
            prompt.OutputSchema = JsonElement.Parse(schema);
        }
        catch (JsonException)
        {
            throw Refused.Invalid("outputConfig.textFormat.structure.jsonSchema.schema is not a valid JSON schema.");
        }

        prompt.OutputType = "json_schema";
    }

    private static void ReadSystem(JsonElement system, Prompt prompt)
    {
        var number = 0;
        foreach (var block in system.Items())
        {
            var part = BedrockBlocks.Read(block, $"system.{number++}");
            if (part is null)
                BedrockBlocks.MarkCache(block, prompt.System);
            else
                prompt.System.Add(part.Kind is PartKind.Text or PartKind.Other ? part : throw Refused.Invalid("The system field takes text, guardContent and cachePoint blocks only."));
        }
    }

    private static void RequireThinkingBack(Prompt prompt)
    {
        var insists = Behaviour.Of(prompt.Model, null, prompt.Command).Think;
        var enabled = prompt.Thinking.Budget is not null;
        if ((enabled || (insists && prompt.Thinking.On != false)) && prompt.TurnWithoutThinking(BedrockJson.IsAfterThinking, enabled) is { } index)
        {
            throw Refused.Invalid($"The model returned the following errors: messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
                + $"`{(prompt.Turns[index].Parts[0].Kind == PartKind.Text ? "text" : "tool_use")}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block "
                + "(preceeding the lastmost set of `tool_use` and `tool_result` blocks).");
        }
    }
}
