using System.Globalization;

namespace ThinkWatch.Spool.Log;

/// <summary>UTC days as numbers: ClickHouse partitions by them, so a frame never spans two.</summary>
internal static class Days
{
    private const long MillisecondsPerDay = 86_400_000;

    public static int Of(long unixMilliseconds) => (int)Math.Clamp(Math.DivRem(unixMilliseconds, MillisecondsPerDay).Quotient, 0, 2_000_000);

    public static string Text(int day) => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
