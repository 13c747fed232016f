using System.Runtime.CompilerServices;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Providers.Bedrock;

/// <summary>
/// AWS Bedrock's runtime (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html): every attempt is signed anew,
/// since a signature holds its time.
/// </summary>
internal sealed class BedrockProvider(RoleCredentials roles, TimeProvider time) : IProviderType
{
    private const string Service = "bedrock";

    // An upstream lives as long as its catalog snapshot.
    private readonly ConditionalWeakTable<Upstream, BedrockConfig> _configs = [];

    public IReadOnlyList<string> Names => ["bedrock"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => client switch
    {
        WireFormat.OpenAiChat or WireFormat.OpenAiResponses or WireFormat.AnthropicMessages => WireFormat.BedrockConverse,
        WireFormat.OpenAiEmbeddings => WireFormat.BedrockEmbeddings,
        _ => null,
    };

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream)
    {
        var method = format switch
        {
            WireFormat.BedrockEmbeddings => "invoke",
            _ when stream => "converse-stream",
            _ => "converse",
        };

        // A model's id may be an ARN: its colons and slashes belong to one segment.
        return new Uri($"{ConfigOf(upstream).Endpoint.AbsoluteUri.TrimEnd('/')}/model/{Uri.EscapeDataString(upstreamModel)}/{method}");
    }

    public async ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        var config = ConfigOf(candidate.Upstream);
        request.Headers.TryAddWithoutValidation("accept", exchange.Facts.Stream ? "application/vnd.amazon.eventstream" : "application/json");
        if (config.Kind is CredentialKind.ApiKey)
        {
            if (key is not null)
                request.Headers.Authorization = key.Bearer;
            return;
        }

        var credentials = config.Credentials ?? await roles.Of(config.Kind).GetAsync(exchange.Cancelled);
        Sign(request, body.ComputeSha256(), credentials, config.Region, time.GetUtcNow());
    }

    internal static void Sign(HttpRequestMessage request, string payloadHash, AwsCredentials credentials, string region, DateTimeOffset now)
    {
        var url = request.RequestUri!;
        var timestamp = SigV4.Timestamp(now);
        var headers = new List<(string Name, string Value)>(5)
        {
            ("content-type", request.Content!.Headers.ContentType!.ToString()),
            ("host", url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}"),
            ("x-amz-content-sha256", payloadHash),
            ("x-amz-date", timestamp),
        };
        if (credentials.SessionToken is not null)
            headers.Add(("x-amz-security-token", credentials.SessionToken));
        for (var i = 2; i < headers.Count; i++)
            request.Headers.TryAddWithoutValidation(headers[i].Name, headers[i].Value);
        request.Headers.Remove("authorization");
        request.Headers.TryAddWithoutValidation(
            "authorization", SigV4.Authorize(request.Method.Method, url, headers, payloadHash, credentials.AccessKeyId, credentials.SecretAccessKey, region, Service, timestamp));
    }

    private BedrockConfig ConfigOf(Upstream upstream) => _configs.GetValue(upstream, static upstream => BedrockConfig.Of(upstream.Config, upstream.BaseUrl));
}
