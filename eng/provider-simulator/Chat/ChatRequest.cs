using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>Reads a chat completion request. Unknown top-level fields are left alone: custom upstreams have many of their own.</summary>
internal static class ChatRequest
{
    private static readonly string[] s_sampling =
        [
        "temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "service_tier", "verbosity", "user", "safety_identifier", "prompt_cache_key",
        "prompt_cache_retention", "store", "modalities", "audio", "prediction", "web_search_options",
    ];

    private static readonly FrozenSet<string> s_read = FrozenSet.Create(
        [.. s_sampling, "model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "response_format", "max_tokens", "max_completion_tokens", "stop", "n",
            "reasoning_effort", "metadata"]);

    public static Prompt Read(JsonElement root, string format, string? model = null)
    {
        model ??= root.Text("model") ?? throw Refused.Invalid("you must provide a model parameter");
        var messages = root.Member("messages");
        if (messages.Count() == 0)
            throw Refused.Invalid("Missing required parameter: 'messages'.", "messages");
        var prompt = new Prompt
        {
            Format = format,
            Model = model,
            Stream = root.Flag("stream") == true,
            IncludeUsage = root.Member("stream_options").Flag("include_usage") == true,
            Command = root.Member("metadata").Text("simulator"),
            MaxTokens = root.Whole("max_completion_tokens") ?? root.Whole("max_tokens"),
            Choices = Math.Clamp(root.Whole("n") ?? 1, 1, 128),
            ParallelTools = root.Flag("parallel_tool_calls"),
            Logprobs = root.Flag("logprobs") == true,
        };
        ReadSettings(root, prompt);
        if (prompt.Others.Count > 0 && Behaviour.Of(model, null, prompt.Command).Strict)
            throw Refused.Invalid("Unrecognized request argument supplied: " + prompt.Others[0]);
        ChatTools.Read(root, prompt);
        ChatMessages.Read(messages, prompt);
        return prompt;
    }

    private static void ReadSettings(JsonElement root, Prompt prompt)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (Array.IndexOf(s_sampling, member.Name) >= 0)
                prompt.Sampling.Add(new(member.Name, member.Value));
            else if (!s_read.Contains(member.Name))
                prompt.Others.Add(member.Name);
        }

        if (root.Member("stop") is { ValueKind: not JsonValueKind.Undefined } stop)
        {
            prompt.Sampling.Add(new("stop", stop));
            prompt.StopSequences.AddRange(stop.ValueKind == JsonValueKind.String ? [stop.GetString()!] : stop.Items().Select(static one => one.ToString()));
        }

        foreach (var limit in (string[])["max_tokens", "max_completion_tokens"])
        {
            if (root.Has(limit))
                prompt.Sampling.Add(new("max_tokens", root.Member(limit)));
        }

        if (root.Text("reasoning_effort") is { } effort)
            prompt.Thinking = new Thinking(effort != "none", null, effort, true);
        ReadOutput(root.Member("response_format"), prompt);
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
                var schema = format.Member("json_schema");
                if (schema.Text("name") is null)
                    throw Refused.Invalid("Missing required parameter: 'response_format.json_schema.name'.", "response_format.json_schema.name");
                prompt.OutputType = "json_schema";
                prompt.OutputSchema = schema.Member("schema");
                return;
            case var other:
                throw Refused.Invalid($"Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'.", "response_format.type");
        }
    }
}
