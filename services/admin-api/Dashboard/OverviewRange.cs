using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Dashboard;

/// <summary>A period that ends now, cut into whole intervals, so that two readers within one interval see the same bars.</summary>
internal sealed record OverviewRange(string Name, DateTimeOffset From, DateTimeOffset To, TimeSpan Step)
{
    public DateTimeOffset PreviousFrom => From - (To - From);

    public int StepSeconds => (int)Step.TotalSeconds;

    public static OverviewRange Parse(string? name, DateTimeOffset now)
    {
        var (length, step) = name switch
        {
            "1h" => (TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)),
            null or "" or "24h" => (TimeSpan.FromHours(24), TimeSpan.FromMinutes(30)),
            "7d" => (TimeSpan.FromDays(7), TimeSpan.FromHours(4)),
            _ => throw ApiProblem.Invalid("range", "must be 1h, 24h or 7d").AsException(),
        };

        // The running interval is part of it: what just happened must show.
        var to = DateTimeOffset.FromUnixTimeSeconds(((now.ToUnixTimeSeconds() / (long)step.TotalSeconds) + 1) * (long)step.TotalSeconds);
        return new OverviewRange(string.IsNullOrEmpty(name) ? "24h" : name, to - length, to, step);
    }

    public IEnumerable<DateTimeOffset> Steps()
    {
        for (var at = From; at < To; at += Step)
            yield return at;
    }
}
