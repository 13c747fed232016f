using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>What the simulator says about the calls that reached it.</summary>
public sealed class CallLogTests(Simulator simulator)
{
    public static TheoryData<string> Formats => [.. Wire.Formats];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Call_LookedUpByItsId_TellsWhatArrivedButNoSecret(string format)
    {
        var id = Guid.NewGuid().ToString();
        using var request = Wire.Call(format, simulator.Url, "sim-chat", stream: false, text: "Zürich \"quoted\"");
        request.Headers.Add("x-thinkwatch-request-id", id);
        var sent = await request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var response = await simulator.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await simulator.Http.GetStringAsync($"{simulator.Url}/simulator/calls?request_id={id}&details=true&bodies=true", TestContext.Current.CancellationToken);
        text.ShouldNotContain("secret-key");
        text.ShouldNotContain("Signature=");
        using var list = JsonDocument.Parse(text);
        var call = list.RootElement.GetProperty("calls").EnumerateArray().ShouldHaveSingleItem();
        (call.GetProperty("path").GetString() + call.GetProperty("query").GetString()).ShouldBe(request.RequestUri!.PathAndQuery);
        call.GetProperty("method").GetString().ShouldBe("POST");
        call.GetProperty("body_text").GetString().ShouldBe(sent);
        call.GetProperty("body").GetBytesFromBase64().ShouldBe(System.Text.Encoding.UTF8.GetBytes(sent));
        call.GetProperty("headers").GetProperty("content-type").GetString().ShouldBe("application/json; charset=utf-8");
        call.GetProperty("headers").EnumerateObject().ShouldContain(static header => header.Value.GetString() == "(credential)");
        call.GetProperty("model").GetString().ShouldBe("sim-chat");
        call.GetProperty("status").GetInt32().ShouldBe(200);
    }
}
