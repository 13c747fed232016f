using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routes;

/// <summary>Applies what was asked for to a route and collects everything that is wrong with it.</summary>
internal static class RouteRules
{
    public const int MaximumWeight = 10_000;

    private const int MaximumName = 300;
    private const int MaximumLabel = 100;
    private const int MaximumNotes = 2000;
    private const long MaximumCap = 1_000_000_000_000;

    public static void Apply(ModelRoute route, RoutePatch patch, FieldErrors errors)
    {
        if (patch.UpstreamModel.IsSet)
        {
            route.UpstreamModel = patch.UpstreamModel.Value ?? "";
            errors.Require(route.UpstreamModel is { Length: > 0 and <= MaximumName } name && name.All(static c => c is > ' ' and <= '~'), "upstream_model",
                $"must be 1 to {MaximumName} visible ASCII characters");
        }

        if (patch.Weight.IsSet)
            route.Weight = patch.Weight.Value ?? ModelRoute.DefaultWeight;
        if (patch.Enabled.IsSet)
            route.Enabled = patch.Enabled.Value ?? true;
        route.Label = patch.Label.Or(route.Label);
        route.Notes = patch.Notes.Or(route.Notes);
        route.RpmCap = patch.RpmCap.Or(route.RpmCap);
        route.TpmCap = patch.TpmCap.Or(route.TpmCap);
        route.Prices = patch.Prices.Or(route.Prices);

        route.Prices?.Check(errors, "prices.");
        errors.Require(route.Weight is >= 0 and <= MaximumWeight, "weight", $"must be between 0 and {MaximumWeight}")
            .Require(route.Label is null or { Length: <= MaximumLabel }, "label", $"must not be longer than {MaximumLabel} characters")
            .Require(route.Notes is null or { Length: <= MaximumNotes }, "notes", $"must not be longer than {MaximumNotes} characters")
            .Require(route.RpmCap is null or (>= 1 and <= MaximumCap), "rpm_cap", $"must be between 1 and {MaximumCap}")
            .Require(route.TpmCap is null or (>= 1 and <= MaximumCap), "tpm_cap", $"must be between 1 and {MaximumCap}");
    }
}
