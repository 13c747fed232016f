using System.Collections.Concurrent;
using System.Net.Http.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>How one call ended for the client: the status, or 0 when the connection broke, and the id that it was given.</summary>
internal sealed record CallEnd(int Status, string? RequestId, string Body);

/// <summary>A few clients that call the gateway, JSON and streams in turn, until told to stop.</summary>
internal sealed class LightLoad(Administrator admin) : IAsyncDisposable
{
    public const int Clients = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private readonly ConcurrentQueue<CallEnd> _ends = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _clients = Task.CompletedTask;

    /// <summary>What became of every call so far.</summary>
    public IReadOnlyCollection<CallEnd> Ends => _ends;

    public void Start() => _clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(CallAsync));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _clients;
        _stop.Dispose();
    }

    private async Task CallAsync(int client)
    {
        for (var turn = client; !_stop.IsCancellationRequested; turn++)
        {
            _ends.Enqueue(await OneAsync(stream: turn % 2 == 0));
            await Task.Delay(Pause);
        }
    }

    private async Task<CallEnd> OneAsync(bool stream)
    {
        try
        {
            using var answer = await admin.Gateway.PostAsJsonAsync(
                "/v1/chat/completions",
                new { model = "sim-chat", stream, messages = new[] { new { role = "user", content = "Count to three" } } });
            var id = answer.Headers.TryGetValues("x-request-id", out var ids) ? ids.First() : null;
            return new CallEnd((int)answer.StatusCode, id, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new CallEnd(0, null, e.Message);
        }
    }
}
