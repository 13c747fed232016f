using System.ComponentModel.DataAnnotations;

namespace ThinkWatch.AdminApi.Routing;

/// <summary>How a model's traffic is split, how it would be, and what either costs; from the calls of the last hours.</summary>
internal sealed record RoutingProjection
{
    public required string ModelId { get; init; }

    /// <summary>The strategy in force: the model's own, else the setting.</summary>
    [AllowedValues("latency_cost", "balanced", "latency", "weighted")]
    public required string Strategy { get; init; }

    public required int WindowHours { get; init; }

    public required long Requests { get; init; }

    /// <summary>What prices are blended by: the tokens of real calls, or three parts input to one part output where there were none.</summary>
    [AllowedValues("traffic", "typical")]
    public required string Basis { get; init; }

    /// <summary>The split by weights.</summary>
    public required SplitProjection Manual { get; init; }

    /// <summary>The split by score.</summary>
    public required SplitProjection Auto { get; init; }

    public required IReadOnlyList<RouteProjection> Routes { get; init; }
}

/// <param name="Strategy">By which the split is computed.</param>
/// <param name="UsdPerMillion">What a million tokens cost with this split; null when a route that takes part has no price.</param>
internal sealed record SplitProjection([property: AllowedValues("latency_cost", "balanced", "latency", "weighted")] string Strategy, decimal? UsdPerMillion);

/// <summary>One route. Shares are of 1; a route that takes no part has none.</summary>
internal sealed record RouteProjection
{
    public required Guid RouteId { get; init; }

    public required string ProviderName { get; init; }

    public required string UpstreamModel { get; init; }

    /// <summary>Enabled, and its provider too.</summary>
    public required bool TakesPart { get; init; }

    public required double ManualShare { get; init; }

    public required double AutoShare { get; init; }

    /// <summary>Of the calls of the window.</summary>
    public required double ActualShare { get; init; }

    public required long Requests { get; init; }

    /// <summary>Attempts that did not fail; null when there were none.</summary>
    public required double? SuccessRate { get; init; }

    /// <summary>Moving mean of the time to the first byte; null when not measured.</summary>
    public required double? FirstTokenMs { get; init; }

    /// <summary>What a million tokens cost here, in the proportions of <c>basis</c>; null when unpriced.</summary>
    public required decimal? UsdPerMillion { get; init; }
}

/// <summary>Sixty minutes of each route.</summary>
internal sealed record RouteHistory(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<RouteSeries> Routes);

internal sealed record RouteSeries(Guid RouteId, IReadOnlyList<RoutePoint> Points);

/// <param name="T">The begin of the minute.</param>
internal sealed record RoutePoint(DateTimeOffset T, long Requests, long Errors, double? P50Ms, double? P95Ms);

internal sealed record RouteHealthReport(IReadOnlyList<RouteHealthView> Items);

/// <summary>How a route does at present.</summary>
internal sealed record RouteHealthView
{
    public required Guid RouteId { get; init; }

    /// <summary>The circuit breaker that all gateways share; unknown when their store does not answer.</summary>
    [AllowedValues("closed", "half_open", "open", "unknown")]
    public required string Breaker { get; init; }

    /// <summary>ok, failing (some attempts of the last five minutes failed), idle (there were none), disabled.</summary>
    [AllowedValues("ok", "failing", "idle", "disabled")]
    public required string State { get; init; }

    public required long Attempts { get; init; }

    public required long Failed { get; init; }

    public required double? P95Ms { get; init; }

    public required DateTimeOffset? LastErrorAt { get; init; }

    public required string? LastError { get; init; }
}

/// <summary>The last hour of all models, and how each route does at present.</summary>
/// <param name="PartSecs">The length of one part of the hour.</param>
internal sealed record ModelActivityReport(DateTimeOffset From, DateTimeOffset To, int PartSecs, IReadOnlyList<ModelActivity> Models, IReadOnlyList<RouteHealthView> Routes);

/// <summary>The calls of one model; models without any are not listed.</summary>
/// <param name="Requests">By part of the hour, oldest first.</param>
/// <param name="Errors">As <paramref name="Requests"/>.</param>
internal sealed record ModelActivity(string ModelId, IReadOnlyList<long> Requests, IReadOnlyList<long> Errors);
