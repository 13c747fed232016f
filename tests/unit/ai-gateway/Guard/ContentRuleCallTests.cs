using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Guard;

/// <summary>Rules of an organisation of its own, through the whole gateway. The simulator repeats what it is told.</summary>
public sealed class ContentRuleCallTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Input_ThatIsBlocked_DoesNotLeave()
    {
        var (key, model) = await WithRulesAsync(Rule("no-falcon", "contains", "project falcon", "input", "block"));
        using var response = await gateway.ChatAsync(key, Body(model, "tell of PROJECT Falcon, bob@example.com"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.ErrorAsync()).Code().ShouldBe("content_blocked");
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == response.Id());
        var row = await gateway.RowAsync(response.Id());
        row.Outcome.ShouldBe(Outcome.Denied);
        row.GuardHits.ShouldContain("""{"rule":"no-falcon","scope":"input","action":"block","severity":"high","count":1}""");
        row.RequestBody.ToStringUtf8().ShouldNotContain("bob@");
    }

    [Fact]
    public async Task Input_ThatIsRedacted_IsGoneForGood()
    {
        var (key, model) = await WithRulesAsync(Rule("codes", "regex", "code-[0-9]+", "input", "redact"), Rule("warned", "contains", "hello", "input", "warn"));
        using var response = await gateway.ChatAsync(key, Body(model, "hello code-77 hello"));
        Encoding.UTF8.GetString(gateway.Simulator.Since(0).Single(call => call.RequestId == response.Id()).Body!).ShouldContain("hello [REDACTED] hello");
        response.Headers.GetValues("x-thinkwatch-warning").Single().ShouldBe("warned");
        (await response.Content.ReadAsStringAsync()).ShouldContain("hello [REDACTED] hello");
        (await gateway.RowAsync(response.Id())).GuardHits.ShouldContain("""{"rule":"warned","scope":"input","action":"warn","severity":"high","count":2}""");
    }

    [Fact]
    public async Task Output_Json_IsBlockedOrRedacted()
    {
        var (key, model) = await WithRulesAsync(Rule("out", "contains", "forbidden thing", "output", "block"), Rule("soft", "contains", "soft thing", "output", "redact"));
        using var blocked = await gateway.ChatAsync(key, Body(model, "a forbidden thing"));
        blocked.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await blocked.ErrorAsync()).Code().ShouldBe("content_blocked");
        using var redacted = await gateway.ChatAsync(key, Body(model, "a soft thing for bob@example.com"));
        var answer = await redacted.Content.ReadAsStringAsync();
        answer.ShouldContain("a [REDACTED] for bob@example.com");
        (await gateway.RowAsync(redacted.Id())).ResponseBody.ToStringUtf8().ShouldContain("a [REDACTED] for {{EMAIL_");
    }

    [Fact]
    public async Task Output_Stream_ThatIsBlocked_EndsWithTheSurfacesError()
    {
        var (key, model) = await WithRulesAsync(Rule("out", "contains", "forbidden thing", "output", "block"));
        using var response = await gateway.ChatAsync(key, Body(model, "a forbidden thing and more", stream: true));
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("\"content_blocked\"");
        text.ShouldNotContain("thing");
        text.ShouldNotContain("[DONE]");
        var row = await gateway.RowAsync(response.Id());
        row.ErrorType.ShouldBe("content_blocked");
        row.GuardHits.ShouldContain("\"out\"");
    }

    /// <summary>The provider did answer: whoever can make a model say something forbidden must not be able to switch it off for everybody.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Output_ThatIsBlocked_IsNoFaultOfTheProvider(bool stream)
    {
        var (key, model) = await WithRulesAsync(Rule("out", "contains", "forbidden thing", "output", "block"));
        for (var i = 0; i < 11; i++)
        {
            using var blocked = await gateway.ChatAsync(key, Body(model, "a forbidden thing", stream));
            (await blocked.Content.ReadAsStringAsync()).ShouldContain("content_blocked");
        }

        using var harmless = await gateway.ChatAsync(key, Body(model, "a nice thing", stream));
        harmless.StatusCode.ShouldBe(HttpStatusCode.OK, await harmless.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Output_Stream_IsRedactedAcrossItsPieces()
    {
        var (key, model) = await WithRulesAsync(Rule("soft", "contains", "soft thing", "output", "redact"));
        using var response = await gateway.ChatAsync(key, Body(model, "a soft thing for bob@example.com soft", stream: true));
        var text = GuardedCallTests.ChatText(await response.Content.ReadAsStringAsync());
        text.ShouldEndWith("a [REDACTED] for bob@example.com soft");
        var row = await gateway.RowAsync(response.Id());
        row.ResponseBody.ToStringUtf8().ShouldContain("a [REDACTED] for {{EMAIL_");
        row.GuardHits.ShouldContain("""{"rule":"soft","scope":"output","action":"redact","severity":"high","count":1}""");
    }

    [Fact]
    public async Task Hits_AreMeasured_ByRule()
    {
        var measured = new ConcurrentBag<(string Name, double Value, string Tags)>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => _ = instrument.Name.StartsWith("gateway_guard", StringComparison.Ordinal) && Listen(listener, instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Add((instrument.Name, value, Text(tags))));
        listener.Start();
        var name = "m-" + Guid.NewGuid().ToString("n");
        var (key, model) = await WithRulesAsync(Rule(name, "contains", "hello", "input", "warn"), Rule(name + "-out", "contains", "forbidden thing", "output", "block"));
        (await gateway.ChatAsync(key, Body(model, "hello hello"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var blocked = await gateway.ChatAsync(key, Body(model, "a forbidden thing"));
        await gateway.RowAsync(blocked.Id());
        measured.ShouldContain(("gateway_guard_hits_total", 2, $"rule={name} scope=input action=warn"));
        measured.ShouldContain(("gateway_guard_hits_total", 1, $"rule={name}-out scope=output action=block"));
        measured.ShouldContain(("gateway_guard_refusals_total", 1, "surface=chat_completions reason=content_blocked"));
        measured.Count(static one => one.Name == "gateway_guard_duration_seconds" && one.Value > 0).ShouldBeGreaterThanOrEqualTo(2);

        static bool Listen(MeterListener listener, Instrument instrument)
        {
            listener.EnableMeasurementEvents(instrument);
            return true;
        }

        static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));
    }

    private static ContentRule Rule(string name, string match, string pattern, string scope, string action) =>
        new() { Id = Guid.CreateVersion7().ToString(), Name = name, Match = match, Pattern = pattern, Scope = scope, Action = action, Severity = "high" };

    private static string Body(string model, string text, bool stream = false) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}}}""";

    private async Task<(string Key, string Model)> WithRulesAsync(params ContentRule[] rules)
    {
        var organization = Guid.CreateVersion7().ToString();
        foreach (var rule in rules)
            rule.OrgId = organization;
        var model = await gateway.AddModelAsync("sim-chat", provider => provider.OrgId = organization, model => model.OrgId = organization);
        await gateway.ChangeCatalogAsync(snapshot => snapshot.ContentRules.AddRange(rules));
        return (gateway.Identity.AddKey(principal => principal.OrgId = organization), model);
    }
}
