using System.Globalization;
using System.Text;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>What a call asks of a meter: what must fit, and what is then counted.</summary>
/// <param name="Estimate">What is booked in the end when nobody knows what was used.</param>
internal readonly record struct Share(Meter Meter, long Needed, long Counted, long Estimate);

/// <summary>What a call holds of a meter.</summary>
internal readonly record struct Held(string Counter, long Width, Metric Metric, long Counted, long Estimate)
{
    public Period? Period => Width < 0 ? (Period)(-Width) : null;
}

/// <summary>
/// What a call has reserved, as it is kept in Redis until it is settled: any replica can settle it. Two times (when it was checked; when its candidate
/// was taken), what it holds of the common meters, what of its candidate's.
/// </summary>
internal sealed record CallRecord(long CheckedAt, long TakenAt, IReadOnlyList<Held> Common, IReadOnlyList<Held> Candidate)
{
    /// <summary>What stands there when a call has been settled.</summary>
    public const string Settled = "-";
    private const char Field = '\x1f';
    private const char End = '\x1e';

    public static string KeyOf(Guid orgId, string requestId) => Meter.KeyOf(orgId, "call:" + requestId);

    public static string LeasesOf(Guid orgId) => Meter.KeyOf(orgId, "leases");

    /// <summary>Of common meters those that a settlement may change; of a candidate's all, since a failover gives back its requests too.</summary>
    public static string Text(IReadOnlyList<Share> shares, bool withRequests)
    {
        var text = new StringBuilder();
        foreach (var share in shares)
        {
            if (!withRequests && share.Meter.Metric == Metric.Requests) continue;
            Append(text, share.Meter.Counter, share.Meter.Width, share.Meter.Metric, share.Counted, share.Estimate);
        }

        return text.ToString();
    }

    public static CallRecord Parse(string text)
    {
        var lines = text.Split('\n');
        var times = lines[0].Split(' ');
        return new CallRecord(Number(times[0]), Number(times[1]), Read(lines[1]), lines.Length > 2 ? Read(lines[2]) : []);
    }

    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{CheckedAt} {TakenAt}\n");
        foreach (var held in Common) Append(text, held.Counter, held.Width, held.Metric, held.Counted, held.Estimate);
        text.Append('\n');
        foreach (var held in Candidate) Append(text, held.Counter, held.Width, held.Metric, held.Counted, held.Estimate);
        return text.ToString();
    }

    /// <summary>The same call holding nothing any more; what it used can still be booked.</summary>
    public CallRecord Released() => this with
    {
        Common = [.. Common.Select(static held => held with { Counted = 0 })],
        Candidate = [.. Candidate.Select(static held => held.Metric == Metric.Requests ? held : held with { Counted = 0 })],
    };

    private static void Append(StringBuilder text, string counter, long width, Metric metric, long counted, long estimate) =>
        text.Append(counter).Append(Field).Append(CultureInfo.InvariantCulture, $"{width}{Field}{(int)metric}{Field}{counted}{Field}{estimate}").Append(End);

    private static Held[] Read(string line) =>
    [
        .. line.Split(End, StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split(Field))
            .Select(static f => new Held(f[0], Number(f[1]), (Metric)Number(f[2]), Number(f[3]), Number(f[4]))),
    ];

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
