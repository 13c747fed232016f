using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>Reads a Messages request as strictly as the real API: unknown fields are refused, sampling parameters in the version that has none too.</summary>
internal static class AnthropicRequest
{
    public const string VersionWithoutSampling = "2026-10-21";

    private static readonly string[] s_sampling = ["temperature", "top_p", "top_k"];

    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        "max_tokens", "messages", "model", "cache_control", "container", "diagnostics", "inference_geo", "metadata", "output_config", "service_tier", "speed", "stop_sequences", "stream",
        "system", "thinking", "tool_choice", "tools", "user_profile_id", "workspace_id");

    private static readonly FrozenSet<string> s_beta = FrozenSet.Create(
        "billing_policy", "compaction", "context_management", "fallback_credit_token", "fallbacks", "mcp_servers", "output_format", "thread");

    private static readonly string[] s_listed = ["stop_sequences", "max_tokens", "temperature", "top_p", "top_k", "service_tier", "speed"];

    public static Prompt Read(HttpContext http, JsonElement root, bool counting)
    {
        var version = http.Request.Headers["anthropic-version"].ToString();
        var model = root.Text("model") ?? throw Missing("model");
        RefuseUnknown(http, root, version);
        if (!counting && root.Whole("max_tokens") is not >= 1)
            throw root.Has("max_tokens") ? Refused.Invalid("max_tokens: Input should be greater than or equal to 1") : Missing("max_tokens");
        if (root.Member("messages").ValueKind != JsonValueKind.Array)
            throw Missing("messages");
        var prompt = new Prompt
        {
            Format = "anthropic",
            Model = model,
            Stream = root.Flag("stream") == true,
            MaxTokens = root.Whole("max_tokens"),
            Command = root.Member("metadata").Text("simulator"),
        };
        ReadSettings(root, prompt);
        AnthropicTools.Read(root, prompt);
        AnthropicThinking.Read(root, prompt, version);
        ReadSystem(root.Member("system"), prompt);
        AnthropicMessages.Read(root.Member("messages"), prompt);
        AnthropicThinking.RequireItsReturn(prompt, root);
        return prompt;
    }

    public static Refused Missing(string path) => Refused.Invalid(path + ": Field required");

    public static Refused Extra(string path) => Refused.Invalid(path + ": Extra inputs are not permitted");

    private static void RefuseUnknown(HttpContext http, JsonElement root, string version)
    {
        var beta = http.Request.Headers.ContainsKey("anthropic-beta");
        foreach (var member in root.EnumerateObject())
        {
            var name = member.Name;
            var sampling = Array.IndexOf(s_sampling, name) >= 0;
            if (sampling && version == VersionWithoutSampling)
                throw Refused.Invalid($"{name}: Extra inputs are not permitted. Sampling parameters are not supported in version {VersionWithoutSampling}");
            if (!sampling && !s_known.Contains(name) && !(beta && s_beta.Contains(name)))
                throw Extra(name);
        }

        // The simulator's own command is the one thing it accepts beyond the real API.
        foreach (var member in root.Member("metadata") is { ValueKind: JsonValueKind.Object } metadata ? metadata.EnumerateObject().Select(static m => m.Name) : [])
        {
            if (member is not ("user_id" or "simulator"))
                throw Extra("metadata." + member);
        }
    }

    private static void ReadSettings(JsonElement root, Prompt prompt)
    {
        foreach (var name in s_listed)
        {
            if (root.Has(name))
                prompt.Sampling.Add(new(name == "stop_sequences" ? "stop" : name, root.Member(name)));
        }

        if (root.Number("temperature") is < 0 or > 1)
            throw Refused.Invalid("temperature: range: 0..1");
        if (root.Has("temperature") && root.Number("temperature") is null)
            throw Refused.Invalid("temperature: Input should be a valid number");
        if (root.Member("metadata").Text("user_id") is not null)
            prompt.Sampling.Add(new("user", root.Member("metadata").Member("user_id")));
        foreach (var stop in root.Member("stop_sequences").Items())
        {
            if (stop.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(stop.GetString()))
                throw Refused.Invalid("stop_sequences: each stop sequence must contain non-whitespace");
            prompt.StopSequences.Add(stop.GetString()!);
        }

        foreach (var other in (string[])["context_management", "container", "mcp_servers", "cache_control", "inference_geo"])
        {
            if (root.Has(other))
                prompt.Others.Add(other);
        }

        var format = root.Member("output_config").Member("format");
        if (format.ValueKind == JsonValueKind.Undefined)
            return;
        if (format.Text("type") != "json_schema" || format.Member("schema").ValueKind != JsonValueKind.Object)
            throw Refused.Invalid("output_config.format.schema: Field required");
        RequireClosedObjects(format.Member("schema"), "output_config.format.schema");
        prompt.OutputType = "json_schema";
        prompt.OutputSchema = format.Member("schema");
    }

    /// <summary>Structured outputs want every object closed.</summary>
    private static void RequireClosedObjects(JsonElement schema, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        if (schema.Member("type").Is("object") && schema.Flag("additionalProperties") != false)
            throw Refused.Invalid($"{path}: For 'object' type, 'additionalProperties' must be explicitly set to false");
        if (schema.Member("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
                RequireClosedObjects(property.Value, $"{path}.properties.{property.Name}");
        }

        RequireClosedObjects(schema.Member("items"), path + ".items");
    }

    private static void ReadSystem(JsonElement system, Prompt prompt)
    {
        if (system.ValueKind == JsonValueKind.Undefined)
            return;
        if (system.ValueKind == JsonValueKind.String)
        {
            if (system.GetString()!.Length > 0)
                prompt.System.Add(Part.Of(system.GetString()!));
            return;
        }

        foreach (var block in system.Items())
        {
            var part = AnthropicBlocks.Read(block, $"system.{prompt.System.Count}");
            if (part.Kind != PartKind.Text)
                throw Refused.Invalid($"system.{prompt.System.Count}.type: Input should be 'text'");
            prompt.System.Add(part);
        }
    }
}
