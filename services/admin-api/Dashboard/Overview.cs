using System.ComponentModel.DataAnnotations;

namespace ThinkWatch.AdminApi.Dashboard;

/// <summary>The home page in one answer.</summary>
internal sealed record Overview
{
    [AllowedValues("1h", "24h", "7d")]
    public required string Range { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required OverviewTotals Totals { get; init; }

    /// <summary>The same for the period of the same length before.</summary>
    public required OverviewTotals Previous { get; init; }

    public required IReadOnlyList<OverviewPoint> Series { get; init; }

    public required IReadOnlyList<OverviewModel> TopModels { get; init; }

    public required IReadOnlyList<OverviewUser> TopUsers { get; init; }

    public required IReadOnlyList<OverviewProvider> Providers { get; init; }
}

/// <param name="Errors">Outcome error, timeout or interrupted: what did not work, not what was refused.</param>
/// <param name="CostUsd">Of the calls whose price is known.</param>
internal sealed record OverviewTotals(
    long Requests, long Errors, long InputTokens, long OutputTokens, decimal CostUsd, double? P50Ms, double? P95Ms, long ActiveKeys)
{
    public static readonly OverviewTotals None = new(0, 0, 0, 0, 0, null, null, 0);
}

/// <param name="T">The begin of the interval.</param>
internal sealed record OverviewPoint(DateTimeOffset T, long Requests, long Errors, long Tokens, decimal CostUsd, double? P95Ms);

internal sealed record OverviewModel(string Model, long Requests, long Tokens, decimal CostUsd, bool Simulated);

internal sealed record OverviewUser(string UserEmail, long Requests, long Tokens, decimal CostUsd);

internal sealed record OverviewProvider(string Name, string DisplayName, string ProviderType, bool Simulated, bool Enabled, long Requests, long Errors);
