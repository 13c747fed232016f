using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Tests.Rules;

public sealed class CalendarTests
{
    [Theory]
    [InlineData("UTC", "daily", "2026-11-22T23:59:59.999Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("UTC", "weekly", "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")] // a Sunday
    [InlineData("UTC", "weekly", "2027-01-03T12:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")] // ISO week 53 of 2026
    [InlineData("UTC", "monthly", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("UTC", "monthly", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("Europe/Berlin", "daily", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // 23 hours
    [InlineData("Europe/Berlin", "daily", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")] // 25 hours
    [InlineData("Europe/Berlin", "monthly", "2026-10-31T23:30:00Z", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")] // November there
    [InlineData("America/Santiago", "daily", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")] // its midnight is skipped
    [InlineData("America/Havana", "daily", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")] // its midnight comes twice
    public void Start_OfThePeriodAndTheNext_IsWhereItsCalendarSaysSo(string zone, string period, string moment, string start, string next)
    {
        var where = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var kind = Calendar.Parse(period)!.Value;
        var now = Parse(moment);
        Calendar.Start(kind, where, now).ShouldBe(Parse(start));
        Calendar.Start(kind, where, now, 1).ShouldBe(Parse(next));
        Calendar.Start(kind, where, Parse(next)).ShouldBe(Parse(next));
        Calendar.Start(kind, where, Parse(next), -1).ShouldBe(Parse(start));
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
