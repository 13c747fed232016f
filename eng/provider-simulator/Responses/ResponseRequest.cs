using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>Reads a Responses request; an unknown parameter is refused.</summary>
internal static class ResponseRequest
{
    private static readonly string[] s_sampling =
        ["temperature", "top_p", "top_logprobs", "service_tier", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "truncation"];

    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        [.. s_sampling, "background", "context_management", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "client_metadata", "model",
            "moderation", "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_options", "reasoning", "store", "stream", "stream_options", "text", "tool_choice", "tools"]);

    private static readonly FrozenSet<string> s_includes = FrozenSet.Create(
        "reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url", "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
        "code_interpreter_call.outputs", "computer_call_output.output.image_url");

    public static Prompt Read(JsonElement root, ResponseStore store)
    {
        if (root.Unknown(s_known) is { } extra)
            throw new Refused(400, $"Unknown parameter: '{extra}'.", "unknown_parameter", extra);
        foreach (var include in root.Member("include").Items())
        {
            if (include.ValueKind != JsonValueKind.String || !s_includes.Contains(include.GetString()!))
                throw Refused.Invalid($"Invalid value: '{include}'. Supported values are: {string.Join(", ", s_includes.Order().Select(static value => $"'{value}'"))}.", "include[0]");
        }

        var prompt = new Prompt
        {
            Format = "responses",
            Model = root.Text("model") ?? throw new Refused(400, "Missing required parameter: 'model'.", "missing_required_parameter", "model"),
            Stream = root.Flag("stream") == true,
            MaxTokens = root.Whole("max_output_tokens"),
            ParallelTools = root.Flag("parallel_tool_calls"),
            Command = root.Member("metadata").Text("simulator"),
            Options = new ResponseOptions(
                root.Flag("store") ?? true, root.Member("include").Items().Any(static one => one.Is("reasoning.encrypted_content")), root.Text("previous_response_id"), root),
        };
        if (prompt.MaxTokens is < 16)
            throw new Refused(400, $"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {prompt.MaxTokens} instead.", "integer_below_min_value", "max_output_tokens");
        ReadSettings(root, prompt);
        ResponseTools.Read(root, prompt);
        ReadConversation(root, prompt, store);
        return prompt;
    }

    private static void ReadConversation(JsonElement root, Prompt prompt, ResponseStore store)
    {
        if (root.Text("instructions") is { Length: > 0 } instructions)
        {
            prompt.System.Add(Part.Of(instructions));
            prompt.Options!.Instructions = 1;
        }

        if (prompt.Options!.PreviousId is { } previous)
        {
            var stored = store.Find(previous)
                ?? throw new Refused(400, $"Previous response with id '{previous}' not found.", "previous_response_not_found", "previous_response_id");
            prompt.System.AddRange(stored.System);
            prompt.Turns.AddRange(stored.Turns.Select(static turn => turn with { Parts = [.. turn.Parts] }));
        }

        var input = root.Member("input");
        if (input.ValueKind == JsonValueKind.String)
            prompt.Turns.Add(new Turn("user", [Part.Of(input.GetString()!)]));
        else if (input.ValueKind == JsonValueKind.Array)
            new ResponseItems(prompt, store).Read(input);
        else
            throw new Refused(400, "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.", "missing_required_parameter", "input");
        if (prompt.Turns.Count == 0)
            throw Refused.Invalid("Invalid 'input': expected at least one item.", "input");
    }

    private static void ReadSettings(JsonElement root, Prompt prompt)
    {
        foreach (var name in s_sampling)
        {
            if (root.Has(name))
                prompt.Sampling.Add(new(name, root.Member(name)));
        }

        if (root.Has("max_output_tokens"))
            prompt.Sampling.Add(new("max_tokens", root.Member("max_output_tokens")));
        foreach (var other in (string[])["background", "context_management", "conversation", "max_tool_calls", "client_metadata", "prompt", "store"])
        {
            if (root.Has(other))
                prompt.Others.Add(other);
        }

        if (root.Member("reasoning") is { ValueKind: JsonValueKind.Object } reasoning)
        {
            var effort = reasoning.Text("effort");
            if (effort is not (null or "none" or "minimal" or "low" or "medium" or "high" or "xhigh" or "max"))
                throw Refused.Invalid($"Invalid value: '{effort}'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.", "reasoning.effort");
            var summary = reasoning.Has("summary") || reasoning.Has("generate_summary");
            prompt.Thinking = new Thinking(effort is not null || summary ? effort != "none" : null, null, effort, summary);
        }

        var text = root.Member("text");
        if (text.Has("verbosity"))
            prompt.Sampling.Add(new("verbosity", text.Member("verbosity")));
        ReadOutput(text.Member("format"), prompt);
    }

    private static void ReadOutput(JsonElement format, Prompt prompt)
    {
        switch (format.Text("type"))
        {
            case null or "text":
                return;
            case "json_object":
                prompt.OutputType = "json_object";
                return;
            case "json_schema":
                if (format.Text("name") is null)
                    throw new Refused(400, "Missing required parameter: 'text.format.name'.", "missing_required_parameter", "text.format.name");
                if (format.Member("schema").ValueKind != JsonValueKind.Object)
                    throw new Refused(400, "Missing required parameter: 'text.format.schema'.", "missing_required_parameter", "text.format.schema");
                prompt.OutputType = "json_schema";
                prompt.OutputSchema = format.Member("schema");
                return;
            case var other:
                throw Refused.Invalid($"Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'.", "text.format.type");
        }
    }
}
