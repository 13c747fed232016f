using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ThinkWatch.Libraries.Tests.Outbound;

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
