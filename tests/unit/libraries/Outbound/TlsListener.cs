using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ThinkWatch.Libraries.Tests.Outbound;

/// <summary>Shakes hands with whoever connects, and says nothing more.</summary>
internal sealed class TlsListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TlsListener(X509Certificate2 certificate)
    {
        _listener.Start();
        _ = ServeAsync(certificate);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(X509Certificate2 certificate)
    {
        // Offline: else the server itself would ask for the issuer.
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) };
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync();
                await using var tls = new SslStream(new NetworkStream(socket));
                try
                {
                    await tls.AuthenticateAsServerAsync(options);
                    tls.ReadByte();
                }
                catch (Exception e) when (e is IOException or AuthenticationException)
                {
                    // The client did not like the certificate.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
