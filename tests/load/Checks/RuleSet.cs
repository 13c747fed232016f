using System.Text.Json;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Fleet;

namespace ThinkWatch.Load.Checks;

/// <summary>One of eight limits: a rule over a window, or a budget of a period. Wide enough never to refuse.</summary>
/// <param name="Span">Seconds of a rule; a budget's period.</param>
internal sealed record Limit(string Subject, string Metric, object Span, string Mode = "soft")
{
    private const long Wide = 1_000_000_000;

    public (string Path, object Body) Request => Span is int seconds
        ? ("rules", new { surface = "ai_gateway", metric = Metric, window_secs = seconds, max_count = Wide, mode = Mode })
        : ("budgets", new { period = Span, unit = Metric, limit = Wide, mode = Mode });
}

/// <summary>Eight limits of different kinds that apply to one call.</summary>
internal sealed record RuleSet(string Name, IReadOnlyList<Limit> Limits)
{
    public static readonly IReadOnlyList<RuleSet> All =
    [
        new("8 request rules",
        [
            new("user", "requests", 60), new("user", "requests", 3600), new("api_key", "requests", 60), new("api_key", "requests", 86400),
            new("team", "requests", 3600), new("organization", "requests", 60), new("organization", "requests", 604800), new("model", "requests", 18000),
        ]),
        new("4 of requests, 4 of tokens",
        [
            new("user", "requests", 60), new("user", "tokens", 3600), new("api_key", "requests", 60), new("api_key", "tokens", 86400),
            new("team", "requests", 3600), new("team", "tokens", 300), new("organization", "requests", 604800), new("model", "tokens", 18000),
        ]),
        new("5 rules, 3 budgets",
        [
            new("user", "requests", 60), new("user", "tokens", 3600), new("api_key", "requests", 60), new("api_key", "tokens", "daily"),
            new("team", "requests", 3600), new("team", "usd", "monthly"), new("organization", "requests", 60), new("organization", "usd", "weekly"),
        ]),
        new("the same, strict",
        [
            new("user", "requests", 60), new("user", "tokens", 3600, "strict"), new("api_key", "requests", 60), new("api_key", "tokens", "daily", "strict"),
            new("team", "requests", 3600), new("team", "usd", "monthly", "strict"), new("organization", "requests", 60), new("organization", "usd", "weekly", "strict"),
        ]),
    ];

    /// <summary>Something is reserved, hence to be settled.</summary>
    public bool Reserves => Limits.Any(static limit => limit.Metric != "requests");
}

/// <summary>Whom the limits are about, and the calls that they make.</summary>
internal sealed class LimitedCaller
{
    private readonly Administrator _admin;
    private readonly Dictionary<string, string> _ids;

    private LimitedCaller(Administrator admin, Dictionary<string, string> ids) => (_admin, _ids) = (admin, ids);

    public static async Task<LimitedCaller> OfAsync(Administrator admin, CancellationToken cancellationToken)
    {
        await admin.AddSimulatedModelAsync(Calls.Model, cancellationToken);
        var me = await admin.GetAsync("/api/auth/me", cancellationToken);
        var keys = await admin.GetAsync("/api/keys", cancellationToken);
        var team = await admin.PostAsync("/api/admin/teams", new { name = "Load" }, cancellationToken);
        return new LimitedCaller(admin, new(StringComparer.Ordinal)
        {
            ["user"] = TextOf(me, "id"),
            ["api_key"] = TextOf(keys.GetProperty("items")[0], "lineage_id"),
            ["team"] = TextOf(team, "id"),
            ["organization"] = TextOf(me, "org_id"),
            ["model"] = Calls.Model,
        });
    }

    /// <summary>Sets the limits in place of whatever was set before, and waits until they are in force.</summary>
    public async Task PutUnderAsync(RuleSet rules, CancellationToken cancellationToken)
    {
        foreach (var (kind, id) in _ids)
        {
            foreach (var what in (string[])["rules", "budgets"])
            {
                var path = $"/api/admin/limits/{kind}/{id}/{what}";
                foreach (var old in (await _admin.GetAsync(path, cancellationToken)).GetProperty("items").EnumerateArray())
                    (await _admin.Console.DeleteAsync($"{path}/{TextOf(old, "id")}", cancellationToken)).EnsureSuccessStatusCode().Dispose();
            }
        }

        foreach (var limit in rules.Limits)
        {
            var (what, body) = limit.Request;
            await _admin.PostAsync($"/api/admin/limits/{limit.Subject}/{_ids[limit.Subject]}/{what}", body, cancellationToken);
        }

        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
    }

    public CheckRequest Check(Guid id) => new()
    {
        RequestId = id.ToString(),
        OrgId = _ids["organization"],
        Surface = "ai_gateway",
        UserId = _ids["user"],
        KeyLineageId = _ids["api_key"],
        TeamIds = { _ids["team"] },
        ModelId = Calls.Model,
        Candidates = { new Candidate { ProviderId = _admin.SimulatorId, RouteId = _ids["team"] } },
        Estimate = UsageOf(600),
        Bound = UsageOf(2000),
    };

    public static SettleRequest Settlement(CheckRequest check) =>
        new() { RequestId = check.RequestId, OrgId = check.OrgId, Actual = UsageOf(500), Call = check, CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() };

    private static Usage UsageOf(long tokens) => new() { InputTokens = tokens / 2, OutputTokens = tokens / 2, WeightedTokens = tokens, UsdMicros = tokens };

    private static string TextOf(JsonElement found, string name) => found.GetProperty(name).GetString()!;
}
