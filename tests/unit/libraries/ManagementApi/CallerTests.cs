using System.Net;
using Microsoft.AspNetCore.Http;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Libraries.Tests.ManagementApi;

public sealed class CallerTests
{
    [Theory]
    [InlineData("127.0.0.1", null, "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "10.9.9.9, 203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "203.0.113.7, 127.0.0.1", "203.0.113.7")]
    [InlineData("127.0.0.1", "203.0.113.7:4711", "203.0.113.7")]
    [InlineData("::1", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("127.0.0.1", "203.0.113.7, garbage", "127.0.0.1")]
    [InlineData("198.51.100.1", "203.0.113.7", "198.51.100.1")]
    public void Address_BehindProxies_IsTheLastOneNotTrusted(string peer, string? forwarded, string expected)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        if (forwarded is not null)
            http.Request.Headers["X-Forwarded-For"] = forwarded;

        new TrustedProxies(null).Resolve(http).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData("x", null, null, true)]
    [InlineData("x", "https://watch.example", null, true)]
    [InlineData("x", "https://evil.example", null, false)]
    [InlineData("x", "null", null, false)]
    [InlineData("x", "https://watch.example.evil.example", null, false)]
    [InlineData("x", null, "cross-site", false)]
    [InlineData("x", null, "same-site", false)]
    [InlineData("x", null, "same-origin", true)]
    public void Csrf_EachRequest_PassesOnlyFromOurOwnPages(string? requestedWith, string? origin, string? site, bool passes)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("watch.example");
        if (requestedWith is not null)
            request.Headers["x-requested-with"] = requestedWith;
        if (origin is not null)
            request.Headers.Origin = origin;
        if (site is not null)
            request.Headers["Sec-Fetch-Site"] = site;

        (CsrfGuard.Refuse(request, peerIsTrusted: false) is null).ShouldBe(passes);
    }

    [Fact]
    public void Csrf_ForwardedHost_CountsOnlyFromATrustedPeer()
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("127.0.0.1:5000");
        request.Headers["x-requested-with"] = "x";
        request.Headers.Origin = "https://watch.example";
        request.Headers["X-Forwarded-Host"] = "watch.example";

        CsrfGuard.Refuse(request, peerIsTrusted: true).ShouldBeNull();
        CsrfGuard.Refuse(request, peerIsTrusted: false).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Bearer tw-abc", true)]
    [InlineData("bearer   tw-abc ", true)]
    [InlineData("Bearer sk-abc", false)]
    [InlineData("Basic tw-abc", false)]
    [InlineData("tw-abc", false)]
    public void Key_EachHeader_IsHashedOnlyWhenOurs(string header, bool ours) =>
        ApiKeyText.HashFromAuthorization(header).ShouldBe(ours ? System.Security.Cryptography.SHA256.HashData("tw-abc"u8) : null);

    [Fact]
    public void Throttle_OverTheLimit_WaitsForTheNextMinute()
    {
        var clock = new Clock();
        var throttle = new KeyThrottle(null, clock);
        for (var i = 0; i < 1200; i++)
            throttle.Enter("a").ShouldBeNull();

        throttle.Enter("a").ShouldBe(TimeSpan.FromSeconds(40));
        throttle.Enter("b").ShouldBeNull();
        clock.Now += TimeSpan.FromSeconds(40);
        throttle.Enter("a").ShouldBeNull();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 20, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
