namespace ThinkWatch.Limits.Rules;

/// <summary>The calendar periods of budgets. The number is how the script knows them.</summary>
internal enum Period
{
    Daily = 1,

    /// <summary>ISO: from Monday.</summary>
    Weekly = 2,
    Monthly = 3,
}

/// <summary>When periods begin, in a time zone.</summary>
internal static class Calendar
{
    public static readonly Period[] Periods = [Period.Daily, Period.Weekly, Period.Monthly];

    public static Period? Parse(string? text) => text switch
    {
        "daily" => Period.Daily,
        "weekly" => Period.Weekly,
        "monthly" => Period.Monthly,
        _ => null,
    };

    public static string Name(Period period) => period switch { Period.Daily => "daily", Period.Weekly => "weekly", _ => "monthly" };

    /// <summary>When the period that <paramref name="moment"/> is in began, or the one <paramref name="later"/> periods after it.</summary>
    public static DateTimeOffset Start(Period period, TimeZoneInfo zone, DateTimeOffset moment, int later = 0)
    {
        var date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);
        var first = period switch
        {
            Period.Daily => date.AddDays(later),
            Period.Weekly => date.AddDays(-(((int)date.DayOfWeek + 6) % 7) + (7 * later)),
            _ => new DateOnly(date.Year, date.Month, 1).AddMonths(later),
        };
        return Midnight(first, zone);
    }

    /// <summary>The first moment of a day: of two midnights the earlier, of none what follows it.</summary>
    private static DateTimeOffset Midnight(DateOnly date, TimeZoneInfo zone)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
