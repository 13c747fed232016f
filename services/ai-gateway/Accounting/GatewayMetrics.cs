using System.Diagnostics;
using System.Diagnostics.Metrics;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Accounting;

/// <summary>What operators measure. Costs nothing while nobody listens. Names of models come from clients: only registered ones become tags.</summary>
internal sealed class GatewayMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _overhead;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _cache;
    private readonly Counter<long> _guardHits;
    private readonly Histogram<double> _guardDuration;
    private readonly Counter<long> _guardRefusals;

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("ThinkWatch.AiGateway");
        _requests = meter.CreateCounter<long>("gateway_requests_total");
        _duration = meter.CreateHistogram<double>("gateway_request_duration_seconds", "s");
        _firstToken = meter.CreateHistogram<double>("gateway_time_to_first_token_seconds", "s");
        _overhead = meter.CreateHistogram<double>("gateway_overhead_seconds", "s");
        _tokens = meter.CreateCounter<long>("gateway_tokens_total");
        _cost = meter.CreateCounter<double>("gateway_cost_usd_total");
        _streams = meter.CreateCounter<long>("gateway_stream_completion_total");
        _fallbacks = meter.CreateCounter<long>("gateway_provider_fallback_total");
        _retries = meter.CreateCounter<long>("gateway_retries_total");
        _guardHits = meter.CreateCounter<long>("gateway_guard_hits_total");
        _guardDuration = meter.CreateHistogram<double>("gateway_guard_duration_seconds", "s");
        _guardRefusals = meter.CreateCounter<long>("gateway_guard_refusals_total");
        _cache = meter.CreateCounter<long>("gateway_cache_total");
    }

    /// <summary>Whether anybody wants to know how long the guard takes.</summary>
    public bool GuardIsTimed => _guardDuration.Enabled;

    /// <summary>The guard has looked at a request.</summary>
    public void Guarded(string surface, TimeSpan took) => _guardDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("surface", surface));

    public void Retried(Upstream upstream) => _retries.Add(1, new KeyValuePair<string, object?>("provider", upstream.Name));

    public void FellOver(Upstream from, Upstream to) => _fallbacks.Add(1, new("from", from.Name), new("to", to.Name));

    public void Finished(Exchange exchange, in CallFigures figures)
    {
        if (!_requests.Enabled && !_duration.Enabled && !_guardHits.Enabled)
            return;
        var provider = exchange.Chosen?.Upstream.Name ?? "none";
        var model = exchange.Model is { ByPrefix: false } known ? known.ModelId : "other";
        var tags = new TagList { { "surface", exchange.Surface.Name }, { "provider", provider }, { "model", model }, { "status", figures.Status } };
        _requests.Add(1, tags);
        _duration.Record(figures.Latency.TotalSeconds, tags);
        if (exchange.Refusal is { Code: "content_blocked" or "guard_budget_exhausted" } refused)
            _guardRefusals.Add(1, new("surface", exchange.Surface.Name), new("reason", refused.Code));
        foreach (var hit in exchange.Guarded?.Hits.Entries ?? [])
            _guardHits.Add(hit.Count, new("rule", hit.Rule), new("scope", hit.Scope), new("action", hit.Action));
        if (exchange.Chosen is not null || exchange.Cached is not null)
            _cache.Add(1, new KeyValuePair<string, object?>("result", exchange.CacheResult));
        if (exchange.Chosen is null)
            return;
        _overhead.Record(figures.Overhead.TotalSeconds);
        if (figures.Usage is { } usage)
        {
            _tokens.Add(usage.Input, new("direction", "input"), new("model", model), new("provider", provider));
            _tokens.Add(usage.Output, new("direction", "output"), new("model", model), new("provider", provider));
        }

        if (figures.CostUsd is { } cost)
            _cost.Add((double)cost);
        if (exchange.ClientFirstByteAt != 0)
            _firstToken.Record(figures.ClientFirstByte.TotalSeconds, new KeyValuePair<string, object?>("model", model));
        if (exchange.Facts.Stream)
            _streams.Add(1, new KeyValuePair<string, object?>("outcome", OutcomeName(figures.Outcome)));
    }

    private static string OutcomeName(Outcome outcome) => outcome switch
    {
        Outcome.Ok => "ok",
        Outcome.Aborted => "aborted",
        Outcome.Timeout => "timeout",
        _ => "error",
    };
}
