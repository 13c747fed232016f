using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads a Messages request (https://docs.anthropic.com/en/api/messages). What other providers cannot have goes into the notes by its name.</summary>
internal static class RequestReader
{
    private static readonly FrozenSet<string> s_known = new[]
    {
        "model", "messages", "max_tokens", "system", "stream", "temperature", "top_p", "top_k", "stop_sequences", "tools", "tool_choice", "thinking",
        "output_config", "output_format", "metadata", "service_tier", "cache_control",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static void Read(ConvertedCall call)
    {
        var source = JsonRead.Object(call.Source, "body");
        var request = call.Request;
        ReadSystem(source, call);
        MessageReader.Read(source, call);
        CacheLast(source, request);
        ToolReader.Read(source, call);
        ReadSampling(source, request.Sampling);
        request.Stream = JsonRead.OptionalBoolean(source, "stream", "stream") ?? false;
        var effort = ReadOutput(source, call);
        request.Thinking = ReadThinking(source, effort, call.Notes);
        ReadMetadata(source, call);
        request.ServiceTier = JsonRead.OptionalString(source, "service_tier", "service_tier") switch
        {
            "standard_only" => "default",
            var other => other,
        };
        ReadBetas(call);
        foreach (var (name, value) in JsonRead.Members(source, "body"))
        {
            if (!s_known.Contains(name) && value.ValueKind != JsonValueKind.Null)
                call.Notes.Drop(name);
        }
    }

    private static void ReadBetas(ConvertedCall call)
    {
        if (call.ClientHeaders is not { } headers || !headers.TryGetValue(AnthropicProvider.BetaHeader, out var values))
            return;
        if (call.TakesBeta is null)
        {
            call.Notes.Drop(AnthropicProvider.BetaHeader);
            return;
        }

        foreach (var beta in string.Join(',', values.AsEnumerable()).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            if (call.TakesBeta(beta))
                call.Betas.Add(beta);
            else
                call.Notes.Drop($"{AnthropicProvider.BetaHeader}.{beta}");
        }
    }

    /// <summary>A block's <c>cache_control</c>.</summary>
    public static CachePoint? Cache(JsonElement block, string path)
    {
        if (JsonRead.OptionalObject(block, "cache_control", path + ".cache_control") is not { } cache)
            return null;
        return new CachePoint(JsonRead.OptionalString(cache, "ttl", path + ".cache_control.ttl"));
    }

    private static void ReadSystem(JsonElement source, ConvertedCall call)
    {
        if (source.Member("system") is not { } system)
            return;
        var parts = MessageReader.TextBlocks(system, "system", call.Notes);
        if (parts.Count > 0)
            call.Request.Messages.Add(new Message(Role.System, parts));
    }

    /// <summary>A cache point on the request itself means its last block.</summary>
    private static void CacheLast(JsonElement source, ChatRequest request)
    {
        if (Cache(source, "") is not { } cache || request.Messages.Count == 0)
            return;
        var parts = request.Messages[^1].Parts;
        if (parts[^1].Cache is null)
            parts[^1] = parts[^1] with { Cache = cache };
    }

    private static void ReadSampling(JsonElement source, Sampling sampling)
    {
        sampling.MaxTokens = JsonRead.OptionalInteger(source, "max_tokens", "max_tokens", 1, int.MaxValue) ?? throw JsonRead.Missing("max_tokens");
        sampling.Temperature = InRange(JsonRead.OptionalNumber(source, "temperature", "temperature"), "temperature");
        sampling.TopP = InRange(JsonRead.OptionalNumber(source, "top_p", "top_p"), "top_p");
        sampling.TopK = JsonRead.OptionalInteger(source, "top_k", "top_k", 0);
        if (JsonRead.OptionalArray(source, "stop_sequences", "stop_sequences") is not { } stops)
            return;
        foreach (var (index, stop) in stops.EnumerateArray().Index())
            sampling.Stop.Add(JsonRead.Text(stop, $"stop_sequences.{index}"));
    }

    private static double? InRange(double? value, string path) =>
        value is null or (>= 0 and <= 1) ? value : throw JsonRead.Invalid(path, "expected a number between 0 and 1.");

    /// <summary>Reads <c>output_config</c>; returns its effort.</summary>
    private static string? ReadOutput(JsonElement source, ConvertedCall call)
    {
        // Until November 2025 the format stood on the request itself.
        if (JsonRead.OptionalObject(source, "output_format", "output_format") is { } early)
            call.Request.OutputFormat = ReadFormat(early, "output_format");
        if (JsonRead.OptionalObject(source, "output_config", "output_config") is not { } output)
            return null;
        if (JsonRead.OptionalObject(output, "format", "output_config.format") is { } format)
            call.Request.OutputFormat = ReadFormat(format, "output_config.format");
        foreach (var (name, value) in JsonRead.Members(output, "output_config"))
        {
            if (name is not ("format" or "effort") && value.ValueKind != JsonValueKind.Null)
                call.Notes.Drop("output_config." + name);
        }

        return JsonRead.OptionalString(output, "effort", "output_config.effort");
    }

    private static OutputFormat ReadFormat(JsonElement format, string path)
    {
        if (JsonRead.RequiredString(format, "type", path + ".type") != "json_schema")
            throw JsonRead.Invalid(path + ".type", "expected 'json_schema'.");
        var schema = JsonRead.OptionalObject(format, "schema", path + ".schema") ?? throw JsonRead.Missing(path + ".schema");
        return new OutputFormat(OutputFormatKind.JsonSchema, JsonRead.OptionalString(format, "name", path + ".name"), schema, Strict: true);
    }

    private static ThinkingSettings? ReadThinking(JsonElement source, string? effort, ConversionNotes notes)
    {
        if (JsonRead.OptionalObject(source, "thinking", "thinking") is not { } thinking)
            return effort is null ? null : new ThinkingSettings(ThinkingMode.Adaptive, null, effort, ShowThoughts: false);
        var show = JsonRead.OptionalString(thinking, "display", "thinking.display") != "omitted";
        switch (JsonRead.RequiredString(thinking, "type", "thinking.type"))
        {
            case "enabled":
                var budget = JsonRead.OptionalInteger(thinking, "budget_tokens", "thinking.budget_tokens", 0) ?? throw JsonRead.Missing("thinking.budget_tokens");
                return new ThinkingSettings(ThinkingMode.On, budget, effort, show);
            case "adaptive":
                return new ThinkingSettings(ThinkingMode.Adaptive, null, effort, show);
            case "disabled":
                return new ThinkingSettings(ThinkingMode.Off, null, effort, ShowThoughts: false);
            case "between_tools":
                // The least that some models can be set to: off elsewhere.
                notes.Change("thinking");
                return new ThinkingSettings(ThinkingMode.Off, null, effort, ShowThoughts: false);
            default:
                throw JsonRead.Invalid("thinking.type", "expected 'enabled', 'adaptive', 'disabled' or 'between_tools'.");
        }
    }

    private static void ReadMetadata(JsonElement source, ConvertedCall call)
    {
        if (JsonRead.OptionalObject(source, "metadata", "metadata") is not { } metadata)
            return;
        call.Request.EndUser = JsonRead.OptionalString(metadata, "user_id", "metadata.user_id");
        foreach (var (name, value) in JsonRead.Members(metadata, "metadata"))
        {
            if (name != "user_id" && value.ValueKind != JsonValueKind.Null)
                call.Notes.Drop("metadata." + name);
        }
    }
}
