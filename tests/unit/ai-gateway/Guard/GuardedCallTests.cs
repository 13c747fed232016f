using System.Net;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Guard;

namespace ThinkWatch.AiGateway.Tests.Guard;

/// <summary>Through the whole gateway: the provider sees placeholders, the client its own words, the row what the operator wants.</summary>
public sealed class GuardedCallTests(GatewayFixture gateway)
{
    private const string Said = "mail bob@example.com or +49 30 1234567";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_PersonalData_IsNotForTheProvider_AndComesBack(bool stream)
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Body("sim-chat", stream));
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);

        var sent = Received(response.Id());
        sent.ShouldMatch(@"mail \{\{EMAIL_[0-9a-f]{8}_1\}\} or \{\{PHONE_[0-9a-f]{8}_1\}\}");
        sent.ShouldNotContain("bob@");
        (stream ? ChatText(answer) : JsonDocument.Parse(answer).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!).ShouldEndWith(Said);

        var row = await gateway.RowAsync(response.Id());
        row.Redacted.ShouldBeTrue();
        row.RequestBody.ToStringUtf8().ShouldBe(Sent(sent, stream));
        row.ResponseBody.ToStringUtf8().ShouldContain("{{EMAIL_");
        row.ResponseBody.ToStringUtf8().ShouldNotContain("bob@");
        row.GuardHits.ShouldContain("""{"rule":"pii:email","scope":"input","action":"redact","severity":"info","count":1}""");
    }

    [Fact]
    public async Task Placeholders_AreTheSameForALineage_AndOthersForAnother()
    {
        var (first, second) = (gateway.Identity.AddKey(), gateway.Identity.AddKey());
        var salts = new List<string>();
        foreach (var key in (string[])[first, first, second])
        {
            using var response = await gateway.ChatAsync(key, Body("sim-chat", stream: false));
            salts.Add(Received(response.Id()).Split("EMAIL_")[1][..8]);
        }

        salts[1].ShouldBe(salts[0]);
        salts[2].ShouldNotBe(salts[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Original_IsKept_WhereTheOperatorWantsIt(bool stream)
    {
        await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["audit.capture_original"] = "true");
        try
        {
            var key = gateway.Identity.AddKey();
            using var response = await gateway.ChatAsync(key, Body("sim-chat", stream));
            await response.Content.ReadAsStringAsync();
            Received(response.Id()).ShouldNotContain("bob@");
            var row = await gateway.RowAsync(response.Id());
            row.RequestBody.ToStringUtf8().ShouldBe(Body("sim-chat", stream));
            row.ResponseBody.ToStringUtf8().ShouldContain(Said);
            row.Redacted.ShouldBeTrue();
        }
        finally
        {
            await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings.Remove("audit.capture_original"));
        }
    }

    [Fact]
    public async Task SwitchedOff_NothingIsTouched()
    {
        await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings["security.pii_redaction"] = "false");
        try
        {
            var key = gateway.Identity.AddKey();
            using var response = await gateway.ChatAsync(key, Body("sim-chat", stream: false));
            Received(response.Id()).ShouldBe(Body("sim-chat", stream: false));
            (await gateway.RowAsync(response.Id())).Redacted.ShouldBeFalse();
        }
        finally
        {
            await gateway.ChangeCatalogAsync(static snapshot => snapshot.Settings.Remove("security.pii_redaction"));
        }
    }

    [Theory]
    [InlineData("""{"model":"sim-chat","messages":[{"role":"user","content":"bob@example.com"}""")]
    [InlineData("""{"model":"no-such-model","messages":[{"role":"user","content":"bob@example.com"}]}""")]
    public async Task Request_ThatIsRefusedEarly_IsKeptWithoutPersonalData(string body)
    {
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), body);
        ((int)response.StatusCode).ShouldBeInRange(400, 404);
        var row = await gateway.RowAsync(response.Id());
        row.RequestBody.ToStringUtf8().ShouldContain("{{EMAIL_");
        row.RequestBody.ToStringUtf8().ShouldNotContain("bob@");
    }

    private static string Body(string model, bool stream) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{Said}}"}],"stream":{{(stream ? "true" : "false")}}}""";

    // Usage is asked for on the client's behalf.
    private static string Sent(string received, bool stream) => stream ? received.Replace("""{"stream_options":{"include_usage":true},""", "{", StringComparison.Ordinal) : received;

    internal static string ChatText(string stream) => string.Concat(stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(static one => one["data: ".Length..]).Where(static data => data != "[DONE]").Select(static data => JsonDocument.Parse(data).RootElement)
        .Select(static data => data.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));

    private string Received(string requestId) =>
        Encoding.UTF8.GetString(gateway.Simulator.Since(0).Single(call => call.RequestId == requestId).Body!);
}
