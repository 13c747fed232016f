using System.Text;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator;

/// <summary>The models on offer, in each API's own list. Any other name is answered too, as plain chat.</summary>
internal static class SimulatedModels
{
    private static readonly string[] s_ids =
        [.. Commands.All.Select(static command => "sim-" + command.Name.Split(["-N", "-MS", "-K", "-S"], StringSplitOptions.None)[0]), "sim-error-429", "sim-error-500"];

    private static readonly byte[] s_openAi = Encoding.UTF8.GetBytes(
        """{"object":"list","data":[""" + string.Join(',', s_ids.Select(OpenAi)) + "]}");

    /// <summary><c>GET /v1/models</c>: Anthropic's list for a caller that names its version, else OpenAI's.</summary>
    public static Task ListAsync(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey("anthropic-version"))
            return ListAnthropicAsync(http);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = s_openAi.Length;
        return http.Response.Body.WriteAsync(s_openAi, http.RequestAborted).AsTask();
    }

    /// <summary><c>GET /v1/models/{id}</c>.</summary>
    public static Task OneAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        return http.Request.Headers.ContainsKey("anthropic-version")
            ? JsonBody.WriteAsync(http, json => WriteAnthropic(json, id))
            : JsonBody.WriteAsync(http, json => json.WriteRawValue(OpenAi(id)));
    }

    /// <summary><c>GET /v1beta/models</c>.</summary>
    public static async Task ListGeminiAsync(HttpContext http, WireFormat format)
    {
        try
        {
            format.Authenticate(http, [], null);
        }
        catch (Refused refused)
        {
            await JsonBody.WriteErrorAsync(http, format, refused);
            return;
        }

        await JsonBody.WriteAsync(http, static json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var id in s_ids)
                WriteGemini(json, id);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Task ListAnthropicAsync(HttpContext http) => JsonBody.WriteAsync(http, static json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var id in s_ids)
            WriteAnthropic(json, id);
        json.WriteEndArray();
        json.WriteBoolean("has_more", false);
        json.WriteString("first_id", s_ids[0]);
        json.WriteString("last_id", s_ids[^1]);
        json.WriteEndObject();
    });

    private static string OpenAi(string id) => $$"""{"id":"{{JsonEncodedText.Encode(id)}}","object":"model","created":{{Answer.Created}},"owned_by":"thinkwatch-simulator"}""";

    private static void WriteAnthropic(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("type", "model");
        json.WriteString("id", id);
        json.WriteString("display_name", "Simulated " + id.Replace("sim-", "", StringComparison.Ordinal));
        json.WriteString("created_at", DateTimeOffset.FromUnixTimeSeconds(Answer.Created).UtcDateTime);
        json.WriteNumber("max_input_tokens", 200_000);
        json.WriteNumber("max_tokens", 64_000);
        json.WriteString("lifecycle", "active");
        json.WriteEndObject();
    }

    private static void WriteGemini(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("name", "models/" + id);
        json.WriteString("version", "001");
        json.WriteString("displayName", "Simulated " + id.Replace("sim-", "", StringComparison.Ordinal));
        json.WriteNumber("inputTokenLimit", 1_048_576);
        json.WriteNumber("outputTokenLimit", 65_536);
        json.WriteStartArray("supportedGenerationMethods");
        json.WriteStringValue("generateContent");
        json.WriteStringValue("countTokens");
        json.WriteEndArray();
        json.WriteBoolean("thinking", true);
        json.WriteEndObject();
    }
}
