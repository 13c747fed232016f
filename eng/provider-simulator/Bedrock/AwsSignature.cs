using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>
/// Checks AWS Signature Version 4 as Bedrock does: scope, signed headers, payload hash, clock, signature. The credentials are these constants and no secret.
/// </summary>
internal static class AwsSignature
{
    public const string AccessKey = "SIMULATOR";
    /// <summary>The same, as long as AWS's own are: forms check that.</summary>
    public const string LongAccessKey = "AKIASIMULATOR000";

    public const string Secret = "simulator";

    /// <summary>Temporary credentials: the same secret, and only together with their session token.</summary>
    public const string TemporaryAccessKey = "ASIASIMULATOR";

    public const string SessionToken = "simulator-session";

    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    public static void Verify(HttpContext http, byte[] body)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            throw Forbidden("MissingAuthenticationTokenException", "Missing Authentication Token");
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            throw Forbidden("IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.");
        var fields = header[(Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries)
            .Select(static field => field.Split('=', 2))
            .Where(static pair => pair.Length == 2)
            .ToDictionary(static pair => pair[0], static pair => pair[1]);
        var scope = fields.GetValueOrDefault("Credential", "").Split('/');
        var signed = fields.GetValueOrDefault("SignedHeaders", "").Split(';');
        if (scope.Length != 5 || !fields.TryGetValue("Signature", out var signature))
            throw Forbidden("IncompleteSignatureException", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.");
        RequireKey(http, scope[0]);
        RequireScope(http, scope);
        RequireHeaders(http, signed);
        var expected = Sign(http, body, scope, signed);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature)))
        {
            throw Forbidden("InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
                + "Consult the service documentation for details.");
        }
    }

    private static void RequireKey(HttpContext http, string key)
    {
        var token = Credentials.Header(http, "x-amz-security-token");
        if (key is not (AccessKey or LongAccessKey or TemporaryAccessKey) || (key == TemporaryAccessKey && token != SessionToken))
            throw Forbidden("UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    private static void RequireScope(HttpContext http, string[] scope)
    {
        var date = http.Request.Headers["x-amz-date"].ToString();
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            throw Forbidden("IncompleteSignatureException", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        if (!date.StartsWith(scope[1], StringComparison.Ordinal) || scope[1].Length != 8)
            throw Forbidden("InvalidSignatureException", $"Credential date does not match the date of the request: '{scope[1]}' is not '{date[..8]}'.");
        if (scope[3] != "bedrock")
            throw Forbidden("InvalidSignatureException", $"Credential should be scoped to correct service: 'bedrock'.");
        if (scope[4] != "aws4_request" || scope[2].Length == 0)
            throw Forbidden("InvalidSignatureException", "Credential should be scoped with a valid terminator: 'aws4_request'.");
        if ((DateTimeOffset.UtcNow - at).Duration() > s_tolerance)
            throw Forbidden("InvalidSignatureException", $"Signature expired: {date} is now earlier than the time allowed.");
    }

    private static void RequireHeaders(HttpContext http, string[] signed)
    {
        if (!signed.SequenceEqual(signed.Order(StringComparer.Ordinal)))
            throw Forbidden("InvalidSignatureException", "The signed headers must be sorted.");
        var unsigned = http.Request.Headers.Keys.Select(static name => name.ToLowerInvariant())
            .Where(static name => name == "host" || name.StartsWith("x-amz-", StringComparison.Ordinal))
            .FirstOrDefault(name => !signed.Contains(name));
        if (unsigned is not null)
            throw Forbidden("InvalidSignatureException", $"'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.");
    }

    private static string Sign(HttpContext http, byte[] body, string[] scope, string[] signed)
    {
        var hash = Hex(SHA256.HashData(body));
        if (Credentials.Header(http, "x-amz-content-sha256") is { } claimed && claimed != hash)
            throw Forbidden("InvalidSignatureException", "The value of the x-amz-content-sha256 header does not match the calculated value.");
        var request = new StringBuilder(1024);
        request.Append(http.Request.Method).Append('\n').Append(CanonicalPath(http)).Append('\n').Append(CanonicalQuery(http)).Append('\n');
        foreach (var name in signed)
        {
            request.Append(name).Append(':')
                .AppendJoin(',', http.Request.Headers[name].Select(static value => string.Join(' ', value!.Split(' ', StringSplitOptions.RemoveEmptyEntries)))).Append('\n');
        }

        request.Append('\n').AppendJoin(';', signed).Append('\n').Append(hash);
        var text = string.Join('\n', Algorithm, http.Request.Headers["x-amz-date"], string.Join('/', scope[1..]), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request.ToString()))));
        var key = Encoding.UTF8.GetBytes("AWS4" + Secret);
        foreach (var step in scope[1..])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The path as it was sent, encoded once more: only S3 signs it as it is.</summary>
    private static string CanonicalPath(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
    }

    private static string CanonicalQuery(HttpContext http) => string.Join('&', http.Request.Query
        .SelectMany(static pair => pair.Value.Select(value => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"))
        .Order(StringComparer.Ordinal));

    private static Refused Forbidden(string code, string message) => new(StatusCodes.Status403Forbidden, message, code);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
