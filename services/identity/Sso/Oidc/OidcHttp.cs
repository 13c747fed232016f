using System.Net;
using System.Text.Json;
using ThinkWatch.Outbound;

namespace ThinkWatch.Identity.Sso.Oidc;

/// <summary>
/// Calls to OpenID providers: guarded addresses, a deadline, a bound on answers and on calls at once. Nothing that a provider says is logged or shown
/// as it is. Any number of threads.
/// </summary>
internal sealed class OidcHttp : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;
    private const int AtOnce = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    private readonly HttpMessageInvoker _public = new(OutboundHandlers.Create(allowPrivateNetwork: false, AtOnce));
    private readonly HttpMessageInvoker _private = new(OutboundHandlers.Create(allowPrivateNetwork: true, AtOnce));
    private readonly SemaphoreSlim _slots = new(AtOnce);

    /// <summary>Status and JSON object of the answer; null where it is none.</summary>
    /// <exception cref="SsoRefusedException">It did not answer.</exception>
    public async Task<(HttpStatusCode Status, JsonElement? Body)> SendAsync(HttpRequestMessage request, bool allowPrivateNetwork, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var entered = false;
        try
        {
            await _slots.WaitAsync(deadline.Token);
            entered = true;
            request.Headers.Accept.Add(new("application/json"));
            using var response = await (allowPrivateNetwork ? _private : _public).SendAsync(request, deadline.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, deadline.Token);
            return (response.StatusCode, Parse(await response.Content.ReadAsByteArrayAsync(deadline.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SsoRefusedException(SsoError.Unavailable, $"the provider did not answer within {Deadline.TotalSeconds:0} seconds");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new SsoRefusedException(SsoError.Unavailable, OutboundRefusedException.IsCauseOf(fault)
                ? "the provider's address is private, reserved or a metadata service; private ones can be allowed for this connection"
                : "the provider cannot be reached");
        }
        finally
        {
            if (entered)
                _slots.Release();
        }
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
        _slots.Dispose();
    }

    private static JsonElement? Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
