using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>A receiver as the Standard Webhooks specification wants it: it believes a message whose signature is right and fresh, and no other.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<JsonElement> _accepted = new();
    private int _toRefuse;
    private int _received;
    private int _refused;
    private int _badSignatures;

    private WebhookReceiver(WebApplication app, string url, int refuseFirst) => (_app, Url, _toRefuse) = (app, url, refuseFirst);

    public string Url { get; }

    public string Secret { get; set; } = "";

    public int Received => _received;

    public int Refused => _refused;

    public int BadSignatures => _badSignatures;

    public static async Task<WebhookReceiver> StartAsync(int refuseFirst = 0)
    {
        var port = FreePort.Take();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app, $"http://127.0.0.1:{port}/alerts", refuseFirst);
        app.MapPost("/alerts", (Delegate)receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public List<JsonElement> Accepted(string subject) =>
        [.. _accepted.Where(m => m.TryGetProperty("subject", out var s) && s.ValueKind == JsonValueKind.Object && s.GetProperty("id").GetString() == subject)];

    private async Task<IResult> TakeAsync(HttpContext http)
    {
        Interlocked.Increment(ref _received);
        using var memory = new MemoryStream();
        await http.Request.Body.CopyToAsync(memory);
        var body = memory.ToArray();
        if (!IsGenuine(http.Request.Headers, body))
        {
            Interlocked.Increment(ref _badSignatures);
            return Results.Unauthorized();
        }

        if (Interlocked.Decrement(ref _toRefuse) >= 0)
        {
            Interlocked.Increment(ref _refused);
            return Results.StatusCode(500);
        }

        _accepted.Enqueue(JsonSerializer.Deserialize<JsonElement>(body));
        return Results.NoContent();
    }

    private bool IsGenuine(IHeaderDictionary headers, byte[] body)
    {
        var (id, timestamp) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        var age = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var wanted = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), signed));
        return Math.Abs(age) < 300 && headers["webhook-signature"] == wanted && JsonSerializer.Deserialize<JsonElement>(body).GetProperty("id").GetString() == id;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
