using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Outbound.Aws;

/// <summary>AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Pure: the same input gives the same header.</summary>
public static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>A time as <c>x-amz-date</c> tells it.</summary>
    public static string Timestamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of the <c>authorization</c> header.</summary>
    /// <param name="headers">What is signed: names in lower case, sorted; values as they are sent. <c>host</c> must be among them.</param>
    public static string Authorize(
        string method, Uri url, IReadOnlyList<(string Name, string Value)> headers, string payloadHash,
        string accessKeyId, string secretAccessKey, string region, string service, string timestamp)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(timestamp);
        var names = string.Join(';', headers.Select(static header => header.Name));
        var request = new StringBuilder()
            .Append(method).Append('\n')
            .Append(CanonicalPath(url)).Append('\n')
            .Append(CanonicalQuery(url)).Append('\n');
        foreach (var (name, value) in headers)
            request.Append(name).Append(':').Append(Trimmed(value)).Append('\n');
        request.Append('\n').Append(names).Append('\n').Append(payloadHash);
        var day = timestamp[..8];
        var scope = $"{day}/{region}/{service}/aws4_request";
        var toSign = $"{Algorithm}\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.ToString())))}";
        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), day), region), service), "aws4_request");
        return $"{Algorithm} Credential={accessKeyId}/{scope}, SignedHeaders={names}, Signature={Convert.ToHexStringLower(Hmac(key, toSign))}";
    }

    /// <summary>The path as it is sent, its segments encoded once more: every service but S3 counts so.</summary>
    private static string CanonicalPath(Uri url) => string.Join('/', url.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(Uri url)
    {
        if (url.Query.Length <= 1)
            return "";
        return string.Join('&', url.Query[1..].Split('&').Select(static pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=").Order(StringComparer.Ordinal));
    }

    /// <summary>Without spaces at the ends, and with one where there are several.</summary>
    private static string Trimmed(string value) =>
        value.Contains("  ", StringComparison.Ordinal) ? string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : value.Trim(' ');

    private static byte[] Hmac(byte[] key, string data) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(data));
}
