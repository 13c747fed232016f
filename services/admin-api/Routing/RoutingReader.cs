using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi.Routing;

/// <summary>What is to be said of a model's routes: projection, history, health. Safe for concurrent calls.</summary>
internal sealed class RoutingReader(RouteFigureReader figures, BreakerReader breakers, ShippedPrices shipped, ISettings settings, TimeProvider time)
{
    private const int Minutes = 60;
    private const int PartSeconds = 120;
    private const int Parts = Minutes * 60 / PartSeconds;
    private const string Weighted = "weighted";
    private static readonly TimeSpan _healthWindow = TimeSpan.FromMinutes(5);

    public async Task<RoutingProjection> ProjectAsync(Model model, IReadOnlyList<ModelRoute> routes, int hours, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var window = new RouteWindow(model.OrgId, model.ModelId, now.AddHours(-hours), now);
        var totals = figures.TotalsAsync(window, cancellationToken);
        var attempts = figures.AttemptsAsync(window, cancellationToken);
        var firstTokens = figures.FirstTokensAsync(window, cancellationToken);
        await Task.WhenAll(totals, attempts, firstTokens);

        var byRoute = (await totals).ToDictionary(static row => row.RouteId);
        var traffic = TokenMix.Of(await totals);
        var mix = traffic.Total > 0 ? traffic : TokenMix.Typical;
        var rates = (await attempts).ToDictionary(static row => row.RouteId, static row => row.Good + row.Failed == 0 ? (double?)null : row.Good / (double)(row.Good + row.Failed));
        var latencies = await firstTokens;

        var strategy = model.Strategy ?? settings.Get(SettingsRegistry.Gateway.DefaultRoutingStrategy);
        var auto = strategy == Weighted ? SettingsRegistry.Gateway.DefaultRoutingStrategy.Default : strategy;
        ModelRoute[] parts = [.. routes.Where(static route => route is { Enabled: true, ProviderEnabled: true })];
        var manualShares = TrafficShares.Manual(parts.Select(static route => route.Weight));
        var autoShares = TrafficShares.Auto(auto, [.. parts.Select(route =>
            new TrafficShares.Known(rates.GetValueOrDefault(Key(route)) ?? 1, latencies.TryGetValue(Key(route), out var ms) ? ms : null, (double?)Blended(PricesOf(model, route, routes))))]);
        var requests = byRoute.Values.Sum(static row => row.Requests);

        RouteProjection[] projected = [.. routes.Select(route =>
        {
            var part = Array.IndexOf(parts, route);
            var calls = byRoute.GetValueOrDefault(Key(route))?.Requests ?? 0;
            return new RouteProjection
            {
                RouteId = route.Id,
                ProviderName = route.ProviderName,
                UpstreamModel = route.UpstreamModel,
                TakesPart = part >= 0,
                ManualShare = part < 0 ? 0 : Math.Round(manualShares[part], 4),
                AutoShare = part < 0 ? 0 : Math.Round(autoShares[part], 4),
                ActualShare = requests == 0 ? 0 : Math.Round(calls / (double)requests, 4),
                Requests = calls,
                SuccessRate = rates.GetValueOrDefault(Key(route)),
                FirstTokenMs = latencies.TryGetValue(Key(route), out var ms) ? Math.Round(ms, 1) : null,
                UsdPerMillion = mix.UsdPerMillion(PricesOf(model, route, routes)),
            };
        })];
        return new RoutingProjection
        {
            ModelId = model.ModelId,
            Strategy = strategy,
            WindowHours = hours,
            Requests = requests,
            Basis = traffic.Total > 0 ? "traffic" : "typical",
            Manual = new SplitProjection(Weighted, Cost(projected, static route => route.ManualShare)),
            Auto = new SplitProjection(auto, Cost(projected, static route => route.AutoShare)),
            Routes = projected,
        };
    }

    public async Task<RouteHistory> HistoryAsync(Model model, IReadOnlyList<ModelRoute> routes, CancellationToken cancellationToken)
    {
        // The running minute is part of it: what just happened must show.
        var to = DateTimeOffset.FromUnixTimeSeconds(((time.GetUtcNow().ToUnixTimeSeconds() / 60) + 1) * 60);
        var from = to.AddMinutes(-Minutes);
        var rows = (await figures.MinutesAsync(new RouteWindow(model.OrgId, model.ModelId, from, to), cancellationToken)).ToDictionary(static row => (row.RouteId, row.T));
        return new RouteHistory(from, to, [.. routes.Select(route => new RouteSeries(route.Id, [.. Enumerable.Range(0, Minutes).Select(minute =>
        {
            var at = from.AddMinutes(minute);
            return rows.TryGetValue((Key(route), at), out var row) ? new RoutePoint(at, row.Requests, row.Errors, row.P50Ms, row.P95Ms) : new RoutePoint(at, 0, 0, null, null);
        })]))]);
    }

    public async Task<ModelActivityReport> ActivityAsync(Guid orgId, IReadOnlyList<ModelRoute> routes, CancellationToken cancellationToken)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(((time.GetUtcNow().ToUnixTimeSeconds() / PartSeconds) + 1) * PartSeconds);
        var from = to.AddSeconds(-Parts * PartSeconds);
        var parts = figures.PartsAsync(new RouteWindow(orgId, ModelId: null, from, to), PartSeconds, cancellationToken);
        var health = HealthAsync(orgId, modelId: null, routes, cancellationToken);
        await Task.WhenAll(parts, health);
        return new ModelActivityReport(
            from,
            to,
            PartSeconds,
            [.. (await parts).GroupBy(static row => row.Model).Select(static model =>
            {
                var (requests, errors) = (new long[Parts], new long[Parts]);
                foreach (var row in model)
                    (requests[row.Part], errors[row.Part]) = (row.Requests, row.Errors);
                return new ModelActivity(model.Key, requests, errors);
            })],
            (await health).Items);
    }

    /// <summary>Of one model's routes, or of those of every model.</summary>
    public async Task<RouteHealthReport> HealthAsync(Guid orgId, string? modelId, IReadOnlyList<ModelRoute> routes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var window = new RouteWindow(orgId, modelId, now - _healthWindow, now);
        var attempts = figures.AttemptsAsync(window, cancellationToken);
        var latencies = figures.LatenciesAsync(window, cancellationToken);
        var errors = figures.LastErrorsAsync(window with { From = now.AddHours(-1) }, cancellationToken);
        var states = breakers.ReadAsync([.. routes.Select(static route => route.Id)], cancellationToken);
        await Task.WhenAll(attempts, latencies, errors, states);

        var tried = (await attempts).ToDictionary(static row => row.RouteId);
        var slow = (await latencies).ToDictionary(static row => row.RouteId);
        var failed = (await errors).ToDictionary(static row => row.RouteId);
        var breaker = await states;
        return new RouteHealthReport([.. routes.Select(route =>
        {
            var counts = tried.GetValueOrDefault(Key(route));
            var error = failed.GetValueOrDefault(Key(route));
            return new RouteHealthView
            {
                RouteId = route.Id,
                Breaker = breaker.GetValueOrDefault(route.Id, "unknown"),
                State = StateOf(route, counts),
                Attempts = (counts?.Good ?? 0) + (counts?.Failed ?? 0),
                Failed = counts?.Failed ?? 0,
                P95Ms = slow.GetValueOrDefault(Key(route))?.P95Ms,
                LastErrorAt = error?.At,
                LastError = error?.Error,
            };
        })]);
    }

    /// <summary>As the gateway prices it: the route's own, else the model's own, else what the shipped table says of what it leads to, or of the model.</summary>
    private Prices PricesOf(Model model, ModelRoute route, IReadOnlyList<ModelRoute> routes)
    {
        if (route.Prices is { } own)
            return own;
        return model.Prices != Prices.Unknown ? model.Prices : shipped.Find(route.UpstreamModel) ?? model.EffectivePrices(routes, shipped);
    }

    private static decimal? Blended(Prices prices) => prices is { InputPrice: { } input, OutputPrice: { } output } ? ((3 * input) + output) / 4 : null;

    private static decimal? Cost(IEnumerable<RouteProjection> routes, Func<RouteProjection, double> share)
    {
        var sum = 0m;
        var any = false;
        foreach (var route in routes.Where(route => share(route) > 0))
        {
            if (route.UsdPerMillion is not { } price)
                return null;
            sum += price * (decimal)share(route);
            any = true;
        }

        return any ? Math.Round(sum, 4) : null;
    }

    private static string StateOf(ModelRoute route, RouteAttempts? counts)
    {
        if (route is not { Enabled: true, ProviderEnabled: true })
            return "disabled";
        if (counts is null || counts.Good + counts.Failed == 0)
            return "idle";
        return counts.Failed > 0 ? "failing" : "ok";
    }

    private static string Key(ModelRoute route) => route.Id.ToString();
}
