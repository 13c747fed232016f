using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ThinkWatch.Tests;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>One call as its client made it.</summary>
/// <param name="Notes">The answer's <c>x-thinkwatch-conversion</c>; empty when nothing was lost.</param>
internal sealed record RecordedCall(string Path, byte[] Body, string RequestId, string Notes, int Status)
{
    private readonly MemoryStream _answer = new();

    /// <summary>What it was answered with, as far as it came.</summary>
    public string Answer => System.Text.Encoding.UTF8.GetString(_answer.ToArray());

    public void Append(ReadOnlySpan<byte> answer) => _answer.Write(answer);
}

/// <summary>Stands between a client and the gateway, passes every byte on and remembers what the client sent.</summary>
internal sealed class RecordingGateway : IAsyncDisposable
{
    private static readonly string[] s_hopByHop = ["host", "connection", "transfer-encoding", "content-length", "keep-alive", "upgrade", "expect"];

    private readonly HttpClient _gateway;
    private readonly ConcurrentQueue<RecordedCall> _calls = new();
    private WebApplication? _app;

    private RecordingGateway(Uri gateway) =>
        _gateway = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Where clients are sent; no slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The model calls so far, oldest first.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls];

    public static async Task<RecordingGateway> StartAsync(Uri gateway, CancellationToken cancellationToken)
    {
        var recording = new RecordingGateway(gateway) { Address = "http://127.0.0.1:" + FreePort.Take() };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(recording.Address).ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        recording._app = builder.Build();
        recording._app.Run(recording.PassOnAsync);
        await recording._app.StartAsync(cancellationToken);
        return recording;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _gateway.Dispose();
    }

    private async Task PassOnAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString);
        if (body.Length > 0) request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in http.Request.Headers)
        {
            if (s_hopByHop.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray())) request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        using var answer = await _gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        var call = new RecordedCall(http.Request.Path, body.ToArray(), HeaderOf(answer, "x-request-id"), HeaderOf(answer, "x-thinkwatch-conversion"), (int)answer.StatusCode);
        if (http.Request.Method == "POST") _calls.Enqueue(call);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!s_hopByHop.Contains(name, StringComparer.OrdinalIgnoreCase)) http.Response.Headers[name] = values.ToArray();
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
        {
            call.Append(buffer.AsSpan(0, read));
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    private static string HeaderOf(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join("; ", values) : "";
}
