using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ThinkWatch.Outbound;

/// <summary>
/// HTTP towards addresses that an administrator or a user configured. Every new connection resolves the name itself and connects only to
/// addresses that <see cref="AddressGuard"/> allows, so neither a redirect nor a changed DNS answer leads inside.
/// One handler serves one policy; share it, it pools connections.
/// </summary>
public static class OutboundHandlers
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _addressTimeout = TimeSpan.FromSeconds(4);

    /// <param name="allowPrivateNetwork">Lets private, loopback and link-local addresses pass; metadata services are refused in any case.</param>
    /// <param name="maxConnectionsPerServer">Bound on connections to one host; HTTP/2 shares them.</param>
    public static SocketsHttpHandler Create(bool allowPrivateNetwork, int maxConnectionsPerServer = int.MaxValue) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivateNetwork, cancellationToken),
        ConnectTimeout = _connectTimeout,
        EnableMultipleHttp2Connections = true,
        MaxConnectionsPerServer = maxConnectionsPerServer,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = OnlyWhatWasSent() },
        UseCookies = false,
        UseProxy = false,

        // Our trace ids are nobody else's business.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    };

    /// <summary>
    /// A certificate may name an address from which to fetch its issuer. Whoever answers would so choose an address for us to ask, past the guard; the
    /// server has to send its chain (RFC 8446, section 4.4.2).
    /// </summary>
    private static X509ChainPolicy OnlyWhatWasSent() => new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivateNetwork, CancellationToken cancellationToken)
    {
        var resolved = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        IPAddress[] allowed = [.. resolved.Where(address => AddressGuard.IsAllowed(address, allowPrivateNetwork))];
        if (allowed.Length == 0)
            throw new OutboundRefusedException(target.Host);

        for (var i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(allowed[i], target.Port), cancellationToken);
            }
            catch (Exception e) when (i + 1 < allowed.Length && e is SocketException)
            {
                // The next address of the name may answer.
            }
        }
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_addressTimeout);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, patience.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
