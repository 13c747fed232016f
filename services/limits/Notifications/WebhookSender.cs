using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using ThinkWatch.Outbound;

namespace ThinkWatch.Limits.Notifications;

/// <summary>What came of one delivery: <paramref name="Error"/> null when the receiver took it.</summary>
internal sealed record Delivery(int? Status, string? Error)
{
    public bool Accepted => Error is null;
}

/// <summary>
/// Sends one message as the Standard Webhooks specification has it: <c>webhook-id</c>, <c>webhook-timestamp</c>, and <c>webhook-signature</c>, which is
/// <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>. The address is checked on every connection; a redirect is not followed.
/// </summary>
internal sealed class WebhookSender(Vault vault, TimeProvider time) : IDisposable
{
    private const int ConnectionsPerReceiver = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly HttpMessageInvoker _public = new(OutboundHandlers.Create(allowPrivateNetwork: false, ConnectionsPerReceiver));
    private readonly HttpMessageInvoker _private = new(OutboundHandlers.Create(allowPrivateNetwork: true, ConnectionsPerReceiver));

    public async Task<Delivery> SendAsync(Webhook webhook, Guid id, byte[] body, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = RequestOf(webhook, id, body);
            using var answer = await (webhook.AllowPrivateNetwork ? _private : _public).SendAsync(request, either.Token);
            return answer.IsSuccessStatusCode ? new Delivery((int)answer.StatusCode, null) : new Delivery((int)answer.StatusCode, $"The receiver answered {(int)answer.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Delivery(null, $"The receiver did not answer within {Deadline.TotalSeconds} s.");
        }
        catch (VaultException)
        {
            return new Delivery(null, "The secret cannot be opened: set a new one.");
        }
        catch (Exception fault) when (fault is HttpRequestException or OutboundRefusedException or IOException)
        {
            return new Delivery(null, (fault.InnerException as OutboundRefusedException ?? fault).Message);
        }
    }

    private HttpRequestMessage RequestOf(Webhook webhook, Guid id, byte[] body)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.Add("user-agent", "ThinkWatch");
        request.Headers.Add("webhook-id", id.ToString());
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", SignatureOf(webhook.OpenSecret(vault), id, timestamp, body));
        return request;
    }

    private static string SignatureOf(byte[] key, Guid id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }
}
