using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Libraries.Tests.ServiceDefaults;

public sealed class TraceIdsTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private static readonly Guid s_request = Guid.Parse("01a20431-c627-7d88-a984-c8870bc1249d");

    [Theory]
    [InlineData($"00-{Trace}-b7ad6b7169203331-01", "mine", Trace)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", "mine", "mine")]
    [InlineData("no trace", "", "01a20431c6277d88a984c8870bc1249d")]
    [InlineData(null, null, "01a20431c6277d88a984c8870bc1249d")]
    public void Trace_OfARequest_IsTheCallersOrBeginsWithIt(string? parent, string? given, string expected)
    {
        Activity.Current = null;
        var headers = new HeaderDictionary { ["traceparent"] = parent, ["x-trace-id"] = given };
        TraceIds.Of(headers, s_request).ShouldBe(expected);
    }

    [Fact]
    public void Trace_ThatIsCollected_IsTheRequests()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        TraceIds.Of(new HeaderDictionary(), s_request).ShouldBe(activity.TraceId.ToHexString());
    }
}
