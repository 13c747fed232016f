using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>A plain call in each format's own words, with the credentials it wants.</summary>
internal static class Wire
{
    public static readonly string[] Formats = ["chat", "responses", "anthropic", "gemini", "azure", "bedrock"];

    public static HttpRequestMessage Call(string format, string baseUrl, string model, bool stream, string text = "Hello")
    {
        var (path, body) = format switch
        {
            "chat" => ("/v1/chat/completions", Chat(model, stream, text)),
            "azure" => ($"/openai/deployments/{model}/chat/completions?api-version=2024-10-21", Chat(model, stream, text)),
            "responses" => ("/v1/responses", new JsonObject { ["model"] = model, ["stream"] = stream, ["input"] = text }),
            "anthropic" => ("/v1/messages", new JsonObject { ["model"] = model, ["stream"] = stream, ["max_tokens"] = 100, ["messages"] = Messages(text) }),
            "gemini" => ($"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
                new JsonObject { ["contents"] = new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = Texts(text) }) }),
            _ => ($"/model/{model}/converse{(stream ? "-stream" : "")}",
                new JsonObject { ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = Texts(text) }) }),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, baseUrl.TrimEnd('/') + path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        Authorize(request, format, body.ToJsonString());
        return request;
    }

    private static void Authorize(HttpRequestMessage request, string format, string body)
    {
        switch (format)
        {
            case "anthropic":
                request.Headers.Add("x-api-key", "secret-key");
                request.Headers.Add("anthropic-version", "2023-06-01");
                break;
            case "gemini":
                request.Headers.Add("x-goog-api-key", "secret-key");
                break;
            case "azure":
                request.Headers.Add("api-key", "secret-key");
                break;
            case "bedrock":
                Sign(request, body, "simulator");
                break;
            default:
                request.Headers.Add("authorization", "Bearer secret-key");
                break;
        }
    }

    /// <summary>Signature Version 4 after AWS's description, for a path without anything to encode.</summary>
    public static void Sign(HttpRequestMessage request, string body, string secret, DateTimeOffset? at = null, string service = "bedrock")
    {
        var time = (at ?? DateTimeOffset.UtcNow).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/eu-west-1/{service}/aws4_request";
        var canonical = $"POST\n{request.RequestUri!.AbsolutePath}\n\nhost:{request.RequestUri.Authority}\nx-amz-date:{time}\n\nhost;x-amz-date\n{Hash(body)}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}")));
        request.Headers.Add("x-amz-date", time);
        request.Headers.TryAddWithoutValidation("authorization", $"AWS4-HMAC-SHA256 Credential=SIMULATOR/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}");
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static JsonObject Chat(string model, bool stream, string text)
    {
        var body = new JsonObject { ["model"] = model, ["messages"] = Messages(text), ["stream"] = stream };
        if (stream)
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        return body;
    }

    private static JsonArray Messages(string text) => [new JsonObject { ["role"] = "user", ["content"] = text }];

    private static JsonArray Texts(string text) => [new JsonObject { ["text"] = text }];
}
