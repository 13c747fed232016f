using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Calls to the Responses surface.</summary>
internal static class ResponsesCalls
{
    public static string Ask(string model, string extra = "", string input = "Hello there") => $$"""{"model":"{{model}}","input":"{{input}}"{{extra}}}""";

    public static string IdOf(JsonElement response) => response.GetProperty("id").GetString()!;

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    public static async Task<List<JsonElement>> EventsAsync(HttpResponseMessage response)
    {
        var events = new List<JsonElement>();
        foreach (var sse in (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (sse[0] == ':')
                continue; // a sign of life
            var lines = sse.Split('\n');
            var json = JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement;
            lines[0].ShouldBe("event: " + json.GetProperty("type").GetString());
            json.GetProperty("sequence_number").GetInt32().ShouldBe(events.Count);
            events.Add(json);
        }

        return events;
    }

    /// <summary>The response object, whether it came whole or as the end of a stream.</summary>
    public static async Task<JsonElement> ResponseAsync(this GatewayFixture gateway, string key, string body)
    {
        using var response = await gateway.PostResponseAsync(key, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return response.Content.Headers.ContentType!.MediaType == "text/event-stream" ? (await EventsAsync(response))[^1].GetProperty("response") : await JsonAsync(response);
    }

    public static async Task<HttpResponseMessage> PostResponseAsync(this GatewayFixture gateway, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static async Task<JsonElement> StoredAsync(this GatewayFixture gateway, HttpMethod method, string key, string id, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, "/v1/responses/" + id);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await gateway.Http.SendAsync(request);
        response.StatusCode.ShouldBe(expected);
        return await JsonAsync(response);
    }

    /// <summary>What the provider got.</summary>
    public static string Received(this GatewayFixture gateway, HttpResponseMessage response) =>
        Encoding.UTF8.GetString(gateway.Simulator.Since(0).Single(call => call.RequestId == response.Id()).Body!);
}
