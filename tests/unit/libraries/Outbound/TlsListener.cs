using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
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

internal static class Certificates
{
    /// <summary>For <c>localhost</c>, by an issuer that nobody has and that can be fetched at an address (RFC 5280, section 4.2.2.1).</summary>
    public static X509Certificate2 WithIssuerAt(Uri address)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new X500DistinguishedName("CN=Nobody's issuer");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [address.ToString()]));
        var now = DateTimeOffset.UtcNow;
        var signer = X509SignatureGenerator.CreateForECDsa(issuerKey);
        using var bare = request.Create(issuer, signer, now.AddHours(-1), now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
