using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>Calls to the gateway as a client makes them.</summary>
internal static class Calls
{
    public static string Chat(string model, string extra = "") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello there"}]{{extra}}}""";

    public static HttpRequestMessage Post(string key, string body) => new(HttpMethod.Post, "/v1/chat/completions")
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    public static async Task<HttpResponseMessage> ChatAsync(this GatewayFixture gateway, string key, string body) =>
        await gateway.Http.SendAsync(Post(key, body), HttpCompletionOption.ResponseHeadersRead);

    public static string Id(this HttpResponseMessage response) => response.Headers.GetValues("x-request-id").Single();

    /// <summary>Checks the shape and returns the error.</summary>
    public static async Task<JsonElement> ErrorAsync(this HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var error = json.RootElement.GetProperty("error").Clone();
        error.EnumerateObject().Select(static member => member.Name).ShouldBe(["message", "type", "param", "code"]);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
        return error;
    }

    public static string? Code(this JsonElement error) => error.GetProperty("code").GetString();
}
