using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class ResilienceTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("sim-flaky-2", false)]
    [InlineData("sim-flaky-2", true)]
    public async Task Attempt_ThatFails_IsRepeatedUnderOneRow(string upstreamModel, bool stream)
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync(upstreamModel);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model, stream ? ",\"stream\":true" : ""));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        (row.Retries, row.Outcome).ShouldBe((2, Outcome.Ok));
        gateway.Simulator.Since(0).Count(call => call.RequestId == row.Id).ShouldBe(3);
        JsonDocument.Parse(row.Routing).RootElement.GetProperty("attempts").EnumerateArray().Select(static a => a.GetProperty("status").GetInt32()).ShouldBe([500, 500, 200]);
    }

    [Theory]
    [InlineData("sim-error-400", 400, 1, null, "invalid_request_error")]
    [InlineData("sim-error-404", 404, 1, null, "invalid_request_error")]
    [InlineData("sim-error-422", 422, 1, null, "invalid_request_error")]
    [InlineData("sim-error-408", 408, 3, null, "server_error")]
    [InlineData("sim-error-409", 409, 3, null, "invalid_request_error")]
    [InlineData("sim-error-429", 429, 3, "rate_limit_exceeded", "requests")]
    [InlineData("sim-error-401", 502, 1, "provider_auth", "upstream_error")]
    [InlineData("sim-error-403", 502, 1, "provider_auth", "upstream_error")]
    [InlineData("sim-error-500", 502, 3, "provider_error", "upstream_error")]
    [InlineData("sim-error-503", 502, 3, "provider_error", "upstream_error")]
    [InlineData("sim-error-529", 502, 3, "provider_error", "upstream_error")]
    [InlineData("sim-drop", 502, 3, "provider_unreachable", "upstream_error")]
    [InlineData("sim-cut", 502, 3, "provider_broke_off", "upstream_error")]
    [InlineData("sim-malformed", 502, 1, "provider_malformed", "upstream_error")]
    public async Task Upstream_ThatFails_IsJudgedByTheTable(string upstreamModel, int status, int attempts, string? code, string type)
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync(upstreamModel);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        ((int)response.StatusCode).ShouldBe(status);
        var error = await response.ErrorAsync();
        (error.Code(), error.GetProperty("type").GetString()).ShouldBe((code, type));
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.Outcome).ShouldBe((status, Outcome.Error));
        gateway.Simulator.Since(0).Count(call => call.RequestId == row.Id).ShouldBe(attempts);
    }

    [Fact]
    public async Task RetryAfter_LongerThanThePatience_EndsTheRetriesAndIsPassedOn()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-error-429,retry-after-60");
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
        gateway.Simulator.Since(0).Count(call => call.RequestId == response.Id()).ShouldBe(1);
    }

    [Fact]
    public async Task RetryAfter_WithinThePatience_IsObeyed()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-flaky-1,retry-after-1");
        var watch = Stopwatch.StartNew();
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    /// <summary>The provider's time-out is an attempt's: it does not run on while the gateway waits before the next.</summary>
    [Fact]
    public async Task Attempt_ThatTookNearlyAllItsTime_LeavesTheNextItsOwn()
    {
        var asked = 0;
        await using var provider = await StandIn.StartAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            if (Interlocked.Increment(ref asked) == 1)
            {
                await Task.Delay(1500, http.RequestAborted);
                http.Response.StatusCode = 503;
                http.Response.Headers.RetryAfter = "1";
                return;
            }

            await http.Response.WriteAsync("""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"late"},"finish_reason":"stop"}]}""");
        });
        var model = await gateway.AddModelAsync("any", static added => added.TimeoutSecs = 2, baseUrl: provider.Urls.First());
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        asked.ShouldBe(2);
    }

    [Theory]
    [InlineData("sim-error-500", false)]
    [InlineData("sim-error-401", false)]
    [InlineData("sim-drop", true)]
    public async Task Candidate_ThatFails_IsReplacedBeforeTheFirstByte(string first, bool stream)
    {
        var key = gateway.Identity.AddKey();
        var spare = gateway.NewProvider("spare-" + Guid.NewGuid().ToString("n"), gateway.SimulatorUrl);
        var model = await gateway.AddModelAsync(first, model: entry =>
        {
            entry.Strategy = "weighted"; // a weight of 0: only when the others fail
            entry.Routes.Add(new Route { Id = "spare", ProviderId = spare.Id, UpstreamModel = "sim-chat", Weight = 0, Enabled = true });
        });
        await gateway.ChangeCatalogAsync(snapshot => snapshot.Providers.Add(spare));
        using var response = await gateway.ChatAsync(key, Calls.Chat(model, stream ? ",\"stream\":true" : ""));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("x-thinkwatch-provider").Single().ShouldBe(spare.Name);
        await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        (row.Provider, row.Fallbacks, row.RouteId, row.Outcome).ShouldBe((spare.Name, 1, "spare", Outcome.Ok));
        JsonDocument.Parse(row.Routing).RootElement.GetProperty("candidates").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Upstream_ThatIsNotThere_Is502()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-chat", baseUrl: "http://127.0.0.1:1");
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await response.ErrorAsync()).Code().ShouldBe("provider_unreachable");
    }

    [Fact]
    public async Task Upstream_AtAPrivateAddress_IsRefusedUnlessAllowed()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-chat", static provider => provider.AllowPrivateNetwork = false);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await response.ErrorAsync()).Code().ShouldBe("provider_address_refused");
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == response.Id());
    }

    [Fact]
    public async Task Upstream_ThatTakesTooLong_Is504()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-slow-20000", static provider => provider.TimeoutSecs = 1);
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await response.ErrorAsync()).Code().ShouldBe("provider_timeout");
        (await gateway.RowAsync(response.Id())).Outcome.ShouldBe(Outcome.Timeout);
    }

    [Fact]
    public async Task Stream_CutInTheMiddle_EndsWithAnErrorEventAndKeepsWhatCame()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-cut", ",\"stream\":true"));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await response.Content.ReadAsStringAsync();
        var last = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1];
        JsonDocument.Parse(last["data: ".Length..]).RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe("provider_broke_off");
        text.ShouldNotContain("[DONE]");
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.Outcome).ShouldBe((502, Outcome.Error));
        row.ResponseBody.ToStringUtf8().ShouldContain("Simulated answer");
        row.UsageSource.ShouldBe("estimated");
        gateway.Simulator.Since(0).Count(call => call.RequestId == row.Id).ShouldBe(1);
    }

    [Fact]
    public async Task Stream_ThatFallsSilent_IsATimeout()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-stall", ",\"stream\":true"));
        (await response.Content.ReadAsStringAsync()).ShouldContain("\"code\":\"stream_idle\"");
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.Outcome).ShouldBe((504, Outcome.Timeout));
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Simulator.Since(0).Single(call => call.RequestId == row.Id).End == "aborted"));
    }

    [Fact]
    public async Task Stream_SlowButAlive_OutlivesTheIdleTimeout()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-drip-100,words-50", ",\"stream\":true"));
        (await response.Content.ReadAsStringAsync()).ShouldEndWith("data: [DONE]\n\n");
        (await gateway.RowAsync(response.Id())).Outcome.ShouldBe(Outcome.Ok);
    }

    [Fact]
    public async Task Client_ThatGoes_CancelsUpstreamWithinASecond()
    {
        var key = gateway.Identity.AddKey();
        using var cancel = new CancellationTokenSource();
        var response = await gateway.ChatAsync(key, Calls.Chat("sim-drip-100,words-50", ",\"stream\":true"));
        var id = response.Id();
        await using (var stream = await response.Content.ReadAsStreamAsync())
            await stream.ReadExactlyAsync(new byte[200]);
        response.Dispose();
        var gone = DateTimeOffset.UtcNow;

        var row = await gateway.RowAsync(id);
        (row.Status, row.Outcome).ShouldBe((499, Outcome.Aborted));
        row.ResponseBody.ToStringUtf8().ShouldContain("simulated");
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Simulator.Since(0).Single(call => call.RequestId == id).End == "aborted"));
        (gateway.Simulator.Since(0).Single(call => call.RequestId == id).EndedAt!.Value - gone).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Client_ThatGoesBeforeTheAnswer_IsAnAbortedRow()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-slow-5000");
        using var cancel = new CancellationTokenSource();
        var call = gateway.Http.SendAsync(Calls.Post(key, Calls.Chat(model)), cancel.Token);
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Simulator.Since(0).Any(seen => seen.RequestId is not null && seen.Model == "sim-slow-5000")));
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        var id = gateway.Simulator.Since(0).Last(seen => seen.Model == "sim-slow-5000").RequestId!;
        var row = await gateway.RowAsync(id);
        (row.Status, row.Outcome).ShouldBe((499, Outcome.Aborted));
    }

    [Fact]
    public async Task Provider_WithTooManyCallsUnderWay_Is503WithRetryAfter()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-slow-600");
        await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["gateway.max_concurrent_per_provider"] = "2");
        try
        {
            var calls = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.ChatAsync(key, Calls.Chat(model))));
            calls.Count(static response => response.StatusCode == HttpStatusCode.OK).ShouldBe(4); // two at once, and two that waited for them
            var busy = calls.First(static response => response.StatusCode != HttpStatusCode.OK);
            busy.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            busy.Headers.RetryAfter.ShouldNotBeNull();
            (await busy.ErrorAsync()).Code().ShouldBe("provider_busy");
        }
        finally
        {
            await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings.Remove("gateway.max_concurrent_per_provider"));
        }
    }
}
