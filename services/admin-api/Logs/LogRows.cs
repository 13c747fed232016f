using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>One AI call in a list.</summary>
internal record LogItem
{
    public const string Columns =
        """
        id, created_at, surface, model, provider_id, provider, upstream_model, stream, simulated, status, outcome, error_type, error_message, finish_reason,
        input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd, latency_ms, client_ttfb_ms, user_id, user_email, key_id, key_name,
        team_names, session_id, trace_id, cost_center, tags, request_bytes, response_bytes, body_capture_status, redacted
        """;

    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Surface { get; init; }

    public required string Model { get; init; }

    public required string ProviderId { get; init; }

    public required string Provider { get; init; }

    public string? ProviderDisplayName { get; init; }

    public required string UpstreamModel { get; init; }

    public required bool Stream { get; init; }

    /// <summary>True when the simulator answered, not a real model.</summary>
    public required bool Simulated { get; init; }

    /// <summary>The HTTP status that the client got; 0 when none was sent.</summary>
    public required int Status { get; init; }

    [AllowedValues("ok", "error", "aborted", "timeout", "interrupted", "denied", "limited", "cached")]
    public required string Outcome { get; init; }

    public required string ErrorType { get; init; }

    public required string ErrorMessage { get; init; }

    public required string FinishReason { get; init; }

    public required long InputTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required long CachedTokens { get; init; }

    public required long ReasoningTokens { get; init; }

    /// <summary>Null when no price is known.</summary>
    public required decimal? CostUsd { get; init; }

    public required long LatencyMs { get; init; }

    public required long ClientTtfbMs { get; init; }

    public required string UserId { get; init; }

    public required string UserEmail { get; init; }

    public required string KeyId { get; init; }

    public required string KeyName { get; init; }

    public required IReadOnlyList<string> TeamNames { get; init; }

    public required string SessionId { get; init; }

    public required string TraceId { get; init; }

    public required string CostCenter { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required long RequestBytes { get; init; }

    public required long ResponseBytes { get; init; }

    /// <summary>The worse of the two: captured | offloaded | truncated | disabled | failed | erased.</summary>
    public required string BodyCaptureStatus { get; init; }

    public required bool Redacted { get; init; }
}

/// <summary>All that is known of one AI call, but its bodies.</summary>
internal sealed record LogDetail : LogItem
{
    public const string AllColumns =
        $"""
        {Columns}, key_lineage_id, team_ids, user_tags, route_id, content_type, cache_write_tokens, usage_source, weighted_tokens, prices, retries, fallbacks, settled,
        routing, guard_hits, conversion_notes, upstream_ttfb_ms, overhead_us, client_ip, user_agent, request_capture, response_capture
        """;

    public required string KeyLineageId { get; init; }

    public required IReadOnlyList<string> TeamIds { get; init; }

    [JsonConverter(typeof(JsonTextConverter))]
    public required JsonElement? UserTags { get; init; }

    public required string RouteId { get; init; }

    public required string ContentType { get; init; }

    public required long CacheWriteTokens { get; init; }

    /// <summary>upstream | estimated | none.</summary>
    public required string UsageSource { get; init; }

    public required long WeightedTokens { get; init; }

    /// <summary>The prices that the cost was computed with.</summary>
    [JsonConverter(typeof(JsonTextConverter))]
    public required JsonElement? Prices { get; init; }

    public required int Retries { get; init; }

    public required int Fallbacks { get; init; }

    public required bool Settled { get; init; }

    /// <summary>Candidates, scores, the reason of the choice, fallbacks.</summary>
    [JsonConverter(typeof(JsonTextConverter))]
    public required JsonElement? Routing { get; init; }

    [JsonConverter(typeof(JsonTextConverter))]
    public required JsonElement? GuardHits { get; init; }

    public required IReadOnlyList<string> ConversionNotes { get; init; }

    public required long UpstreamTtfbMs { get; init; }

    public required long OverheadUs { get; init; }

    public required string ClientIp { get; init; }

    public required string UserAgent { get; init; }

    public required string RequestCapture { get; init; }

    public required string ResponseCapture { get; init; }
}
