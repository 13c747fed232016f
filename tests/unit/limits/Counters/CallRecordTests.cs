using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Tests.Counters;

/// <summary>What a call has reserved, as it is kept in Redis.</summary>
public sealed class CallRecordTests
{
    private static readonly Held[] s_common = [new("user:ada:ai_gateway:tokens:3600", 60_000, Metric.Tokens, 600, 500), new("team:t:budget:daily:usd", -1, Metric.Usd, 0, 40)];
    private static readonly Held[] s_candidate = [new("route:r:ai_gateway:requests:60", 1000, Metric.Requests, 1, 1)];

    [Fact]
    public void Record_WrittenAndRead_SaysTheSame()
    {
        foreach (var record in (CallRecord[])[new(17, 18, s_common, s_candidate), new(17, 18, s_common, []), new(17, 18, [], s_candidate), new(17, 18, [], [])])
        {
            var read = CallRecord.Parse(record.ToString());
            read.ShouldBe(record with { Common = read.Common, Candidate = read.Candidate });
            read.Common.ShouldBe(record.Common);
            read.Candidate.ShouldBe(record.Candidate);
        }
    }

    [Fact]
    public void Record_AsTheScriptsWriteIt_IsRead()
    {
        var read = CallRecord.Parse("17 18\nuser:ada:ai_gateway:tokens:3600\u001f60000\u001f1\u001f600\u001f500\u001e\n\n256");
        read.CheckedAt.ShouldBe(17);
        read.TakenAt.ShouldBe(18);
        read.Common.ShouldBe([s_common[0]]);
        read.Candidate.ShouldBeEmpty();
    }
}
