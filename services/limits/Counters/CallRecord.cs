using System.Globalization;
using System.Runtime.CompilerServices;
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
    private const char Line = '\n';
    private const char Space = ' ';
    private const int OnStack = 512;

    public static string KeyOf(Guid orgId, string requestId) => Meter.KeyOf(orgId, "call:" + requestId);

    public static string LeasesOf(Guid orgId) => Meter.KeyOf(orgId, "leases");

    /// <summary>Of common meters those that a settlement may change; of a candidate's all, since a failover gives back its requests too.</summary>
    public static string Text(IReadOnlyList<Share> shares, bool withRequests)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[OnStack]);
        for (var i = 0; i < shares.Count; i++)
        {
            var share = shares[i];
            if (withRequests || share.Meter.Metric != Metric.Requests)
                Append(ref text, new Held(share.Meter.Counter, share.Meter.Width, share.Meter.Metric, share.Counted, share.Estimate));
        }

        return text.ToStringAndClear();
    }

    public static CallRecord Parse(string text)
    {
        var rest = text.AsSpan();
        var times = Cut(ref rest, Line);
        var checkedAt = Number(Cut(ref times, Space));
        var common = Read(Cut(ref rest, Line));
        return new CallRecord(checkedAt, Number(Cut(ref times, Space)), common, Read(Cut(ref rest, Line)));
    }

    public override string ToString()
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[OnStack]);
        text.AppendFormatted(CheckedAt);
        text.AppendFormatted(Space);
        text.AppendFormatted(TakenAt);
        text.AppendFormatted(Line);
        foreach (var held in Common) Append(ref text, held);
        text.AppendFormatted(Line);
        foreach (var held in Candidate) Append(ref text, held);
        return text.ToStringAndClear();
    }

    /// <summary>The same call holding nothing any more; what it used can still be booked.</summary>
    public CallRecord Released() => this with
    {
        Common = [.. Common.Select(static held => held with { Counted = 0 })],
        Candidate = [.. Candidate.Select(static held => held.Metric == Metric.Requests ? held : held with { Counted = 0 })],
    };

    private static void Append(ref DefaultInterpolatedStringHandler text, in Held held)
    {
        text.AppendLiteral(held.Counter);
        text.AppendFormatted(Field);
        text.AppendFormatted(held.Width);
        text.AppendFormatted(Field);
        text.AppendFormatted((int)held.Metric);
        text.AppendFormatted(Field);
        text.AppendFormatted(held.Counted);
        text.AppendFormatted(Field);
        text.AppendFormatted(held.Estimate);
        text.AppendFormatted(End);
    }

    private static Held[] Read(ReadOnlySpan<char> line)
    {
        var found = new Held[line.Count(End)];
        for (var i = 0; i < found.Length; i++)
        {
            var part = Cut(ref line, End);
            var counter = Cut(ref part, Field).ToString();
            var width = Number(Cut(ref part, Field));
            var metric = (Metric)Number(Cut(ref part, Field));
            found[i] = new Held(counter, width, metric, Number(Cut(ref part, Field)), Number(Cut(ref part, Field)));
        }

        return found;
    }

    /// <summary>Takes what stands before the mark off the text, and the mark.</summary>
    private static ReadOnlySpan<char> Cut(ref ReadOnlySpan<char> text, char mark)
    {
        var at = text.IndexOf(mark);
        var cut = at < 0 ? text : text[..at];
        text = at < 0 ? [] : text[(at + 1)..];
        return cut;
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
