namespace ThinkWatch.Outbound.Aws;

/// <summary>
/// The role of a virtual machine, by the second version of its metadata service only: the first can be reached by tricking a server into a GET
/// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
/// </summary>
public sealed class InstanceCredentials(Func<string, string?> environment, HttpMessageInvoker http) : IAwsCredentialSource
{
    private const string Root = "http://169.254.169.254";
    private const string Roles = "/latest/meta-data/iam/security-credentials/";

    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        var root = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT") is { Length: > 0 } other ? other.TrimEnd('/') : Root;
        if (!Uri.TryCreate(root, UriKind.Absolute, out _))
            throw new HttpRequestException("AWS_EC2_METADATA_SERVICE_ENDPOINT is no address.");
        var token = await CredentialFetch.TextAsync(http, AskToken, cancellationToken);
        var roles = await CredentialFetch.TextAsync(http, () => Ask(Roles), cancellationToken);
        var role = roles.Split('\n')[0].Trim();
        if (role.Length == 0)
            throw new HttpRequestException("This machine has no role.");
        return CredentialFetch.Read(await CredentialFetch.TextAsync(http, () => Ask(Roles + Uri.EscapeDataString(role)), cancellationToken));

        HttpRequestMessage AskToken()
        {
            var request = new HttpRequestMessage(HttpMethod.Put, root + "/latest/api/token");
            request.Headers.TryAddWithoutValidation("x-aws-ec2-metadata-token-ttl-seconds", "21600");
            return request;
        }

        HttpRequestMessage Ask(string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, root + path);
            request.Headers.TryAddWithoutValidation("x-aws-ec2-metadata-token", token);
            return request;
        }
    }
}
