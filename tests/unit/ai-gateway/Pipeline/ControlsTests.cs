using System.Diagnostics;
using System.Net;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Tests that turn a peer of the whole gateway off.</summary>
public sealed class ControlsTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Limit_ThatIsReached_Is429WithItsLabel()
    {
        var lineage = "";
        var key = gateway.Identity.AddKey(p => lineage = p.KeyLineageId);
        gateway.Limits.ByLineage[lineage] = static _ => new CheckReply
        {
            Refusal = new Contracts.Limits.Refusal { Label = "user:requests/1m", Limit = 10, Current = 10, RetryAfterMs = 12_345 },
            Requests = new Quota { Limit = 10, Remaining = 0, ResetMs = 12_345 },
        };
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await response.ErrorAsync()).Code().ShouldBe("user:requests/1m");
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(13));
        response.Headers.GetValues("x-ratelimit-remaining-requests").Single().ShouldBe("0");
        response.Headers.GetValues("x-ratelimit-reset-requests").Single().ShouldBe("13s");
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.Outcome, row.ErrorType).ShouldBe((429, Outcome.Limited, "user:requests/1m"));
    }

    [Fact]
    public async Task Reservation_IsSettledWithRealUsage()
    {
        var lineage = "";
        var key = gateway.Identity.AddKey(p => lineage = p.KeyLineageId);
        gateway.Limits.ByLineage[lineage] = static _ => new CheckReply { Allowed = true, Reserved = true };
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat", ",\"max_tokens\":50"));
        var row = await gateway.RowAsync(response.Id());
        row.Settled.ShouldBeTrue();
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Limits.Settled.ContainsKey(row.Id)));
        var settled = gateway.Limits.Settled[row.Id].Actual;
        (settled.InputTokens, settled.OutputTokens, settled.WeightedTokens, settled.UsdMicros).ShouldBe((3, 11, 25, 118));
        gateway.Limits.Checks[row.Id].Estimate.OutputTokens.ShouldBe(50);
    }

    [Fact]
    public async Task Limits_ThatDoNotAnswer_BehaveAsDeclaredWithinTheDeadline()
    {
        var key = gateway.Identity.AddKey();
        (await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Limits.Delay = TimeSpan.FromSeconds(30);
        await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["limits.timeout_ms"] = "50");
        try
        {
            var watch = Stopwatch.StartNew();
            using var open = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
            open.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await gateway.RowAsync(open.Id())).Settled.ShouldBeFalse();

            await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["security.rate_limit_fail_closed"] = "true");
            using var closed = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));
            closed.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await closed.ErrorAsync()).Code().ShouldBe("rate_limiter_unavailable");
        }
        finally
        {
            gateway.Limits.Delay = TimeSpan.Zero;
            await gateway.ChangeCatalogAsync(static snapshot =>
            {
                snapshot.Settings.Remove("security.rate_limit_fail_closed");
                snapshot.Settings["limits.timeout_ms"] = "2000";
            });
        }
    }

    [Fact]
    public async Task Client_ThatGoesDuringTheCheck_IsNoFaultOfLimits()
    {
        var key = gateway.Identity.AddKey();
        var open = gateway.Logs.Lines.Count(static line => line.Contains("cannot be checked"));
        gateway.Limits.Delay = TimeSpan.FromSeconds(1.5);
        try
        {
            var before = gateway.Limits.Checks.Keys.ToHashSet();
            using var cancel = new CancellationTokenSource();
            var call = gateway.Http.SendAsync(Calls.Post(key, Calls.Chat("sim-chat")), cancel.Token);
            await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Limits.Checks.Keys.Except(before).Any()));
            var id = gateway.Limits.Checks.Keys.Except(before).Single();
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(call);
            var row = await gateway.RowAsync(id);
            (row.Status, row.Outcome).ShouldBe((499, Outcome.Aborted));
            gateway.Logs.Lines.Count(static line => line.Contains("cannot be checked")).ShouldBe(open);
        }
        finally
        {
            gateway.Limits.Delay = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task Key_Revoked_StopsWithinASecond()
    {
        var key = gateway.Identity.AddKey();
        await FreshAsync();
        (await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Identity.Judge(key, AuthOutcome.Revoked);
        await StopsWithinASecondAsync(key);
    }

    [Fact]
    public async Task Key_RevokedWhileTheFeedIsSilent_StopsWithinASecond()
    {
        var key = gateway.Identity.AddKey();
        await FreshAsync();
        (await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Identity.FeedSpeaks = false;
        try
        {
            gateway.Identity.Judge(key, AuthOutcome.Revoked, tell: false);
            await StopsWithinASecondAsync(key);
        }
        finally
        {
            gateway.Identity.FeedSpeaks = true;
        }
    }

    [Fact]
    public async Task Identity_WhileItIsAway_KnownKeysStayGoodAndOthersGet503()
    {
        var known = gateway.Identity.AddKey();
        var stranger = gateway.Identity.AddKey();
        (await gateway.ChatAsync(known, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Identity.Away = Grpc.Core.StatusCode.Unavailable;
        gateway.Identity.FeedSpeaks = false;
        try
        {
            await Task.Delay(900);
            (await gateway.ChatAsync(known, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
            using var refused = await gateway.ChatAsync(stranger, Calls.Chat("sim-chat"));
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await refused.ErrorAsync()).Code().ShouldBe("authentication_unavailable");
        }
        finally
        {
            gateway.Identity.Away = null;
            gateway.Identity.FeedSpeaks = true;
        }
    }

    [Fact]
    public async Task Key_Known_IsNotAskedForAgain()
    {
        var key = gateway.Identity.AddKey();
        await FreshAsync();
        (await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await FreshAsync();
        var before = gateway.Identity.Asked;
        for (var i = 0; i < 5; i++)
            (await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Identity.Asked.ShouldBe(before);
    }

    private async Task FreshAsync()
    {
        var cache = (ThinkWatch.Pipeline.PrincipalCache)gateway.Gateway.Services.GetService(typeof(ThinkWatch.Pipeline.PrincipalCache))!;
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(cache.IsFresh));
    }

    private async Task StopsWithinASecondAsync(string key)
    {
        var watch = Stopwatch.StartNew();
        while ((await gateway.ChatAsync(key, Calls.Chat("sim-chat"))).StatusCode == HttpStatusCode.OK)
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }
}
