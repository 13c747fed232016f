using System.Text.Json;
using ThinkWatch.AiGateway.Providers.Bedrock;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Tests.Providers.Bedrock;

public sealed class BedrockConfigTests
{
    [Theory]
    [InlineData("{}", "https://bedrock-runtime.eu-west-3.amazonaws.com", "eu-west-3", "https://bedrock-runtime.eu-west-3.amazonaws.com/", CredentialKind.ApiKey, null)]
    [InlineData("{}", "https://proxy.example", "us-east-1", "https://proxy.example/", CredentialKind.ApiKey, null)]
    [InlineData("""{"region":"ap-south-1","access_key_id":"A","secret_access_key":"S"}""", "https://x.example", "ap-south-1", "https://x.example/", CredentialKind.Static, "A")]
    [InlineData("""{"endpoint":"http://127.0.0.1:9/","credentials":"container"}""", "https://x.example", "us-east-1", "http://127.0.0.1:9/", CredentialKind.Container, null)]
    [InlineData("""{"endpoint":"file:///etc","credentials":"instance"}""", "https://x.example", "us-east-1", "https://x.example/", CredentialKind.Instance, null)]
    [InlineData("""{"region":7,"access_key_id":"A"}""", "https://x.example", "us-east-1", "https://x.example/", CredentialKind.ApiKey, null)]
    internal void Config_IsRead(string json, string baseUrl, string region, string endpoint, CredentialKind kind, string? keyId)
    {
        var config = BedrockConfig.Of(JsonDocument.Parse(json).RootElement, new Uri(baseUrl));
        (config.Region, config.Endpoint.AbsoluteUri, config.Kind, config.Credentials?.AccessKeyId).ShouldBe((region, endpoint, kind, keyId));
    }

    [Fact]
    public void Credentials_AreNeverPrinted() => new AwsCredentials("AKID", "hidden-secret", "hidden-token").ToString().ShouldBe("AWS credentials AKID");
}
