using System.Net.Http.Headers;
using System.Text;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Providers.Bedrock;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Tests.Providers.Bedrock;

/// <summary>Signatures as others make them: AWS's own test suite for signature version 4, and its JavaScript SDK for Bedrock's addresses.</summary>
public sealed class SigV4Tests
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Sent = """{"messages":[{"role":"user","content":[{"text":"é"}]}]}""";

    private static readonly AwsCredentials s_credentials = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    [Theory]
    [InlineData("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void Suite_OfAws_Agrees(string method, string path, string signature)
    {
        (string, string)[] headers = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
        SigV4.Authorize(method, new Uri("https://example.amazonaws.com" + path), headers, Empty, s_credentials.AccessKeyId, s_credentials.SecretAccessKey, "us-east-1", "service", "20150830T123600Z").ShouldBe(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + signature);
    }

    [Theory]
    [InlineData(
        "https://bedrock-runtime.eu-central-1.amazonaws.com", "anthropic.claude-sonnet-4-5-20250929-v1:0", false, "eu-central-1", null,
        "content-type;host;x-amz-content-sha256;x-amz-date, Signature=1597fa8d396b68e7e26774c45e6b6cf91ec78e5fbbb6aa1fc9fae0ff4f110f42")]
    [InlineData(
        "http://127.0.0.1:8123", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", true, "us-east-1", "TOKEN/+==",
        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=33ce7b6c7f4dc7ba416f66328c1817b0024c4bf1d509cdd8033a10660c32b627")]
    public async Task Sdk_OfAws_Agrees(string endpoint, string model, bool stream, string region, string? token, string expected)
    {
        using var provider = new Roles();
        var url = provider.Provider.CallUrl(Routing.Upstreams.Any with { BaseUrl = new Uri(endpoint) }, AiGateway.Formats.WireFormat.BedrockConverse, model, stream);
        using var body = new UpstreamBody(Encoding.UTF8.GetBytes(Sent), []);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = body };
        BedrockProvider.Sign(request, body.ComputeSha256(), s_credentials with { SessionToken = token }, region, new DateTimeOffset(2026, 11, 22, 5, 6, 7, TimeSpan.Zero));
        request.Headers.GetValues("authorization").Single().ShouldBe($"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/{region}/bedrock/aws4_request, SignedHeaders={expected}");
        request.Headers.GetValues("x-amz-date").Single().ShouldBe("20261122T050607Z");
        (request.Headers.TryGetValues("x-amz-security-token", out var sent) ? sent.Single() : null).ShouldBe(token);
        Encoding.UTF8.GetString(await body.ReadAsByteArrayAsync()).ShouldBe(Sent);
    }

    [Fact]
    public async Task Hash_OfABodyWithEdits_IsThatOfWhatIsSent()
    {
        using var body = new UpstreamBody(
            """{"model":"m","x":1}"""u8.ToArray(), [new Edit(new Piece(9, 3), "\"other\""u8.ToArray()), new Edit(new Piece(18, 0), ",\"y\":2"u8.ToArray())]);
        var sent = await body.ReadAsByteArrayAsync();
        Encoding.UTF8.GetString(sent).ShouldBe("""{"model":"other","x":1,"y":2}""");
        body.ComputeSha256().ShouldBe(Convert.ToHexStringLower(global::System.Security.Cryptography.SHA256.HashData(sent)));
    }

    private sealed class Roles : IDisposable
    {
        private readonly RoleCredentials _roles = new(
            new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<CredentialCache>.Instance);

        public BedrockProvider Provider => new(_roles, TimeProvider.System);

        public void Dispose() => _roles.Dispose();
    }
}
