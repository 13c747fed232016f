using System.Net;

namespace ThinkWatch.Outbound.Aws;

/// <summary>
/// The role of a container, as ECS and EKS give it (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
/// </summary>
public sealed class ContainerCredentials(Func<string, string?> environment, HttpMessageInvoker http) : IAwsCredentialSource
{
    private const string EcsRoot = "http://169.254.170.2";

    /// <summary>Addresses without TLS that may see the token: this machine, and those that AWS reserves for it.</summary>
    private static readonly IPAddress[] s_trusted = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        var url = Address();
        var token = await TokenAsync(cancellationToken);
        return CredentialFetch.Read(await CredentialFetch.TextAsync(http, Ask, cancellationToken));

        HttpRequestMessage Ask()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (token is not null)
                request.Headers.TryAddWithoutValidation("authorization", token);
            return request;
        }
    }

    private Uri Address()
    {
        if (environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { Length: > 0 } relative)
            return new Uri(EcsRoot + relative);
        if (!Uri.TryCreate(environment("AWS_CONTAINER_CREDENTIALS_FULL_URI"), UriKind.Absolute, out var full))
            throw new HttpRequestException("This process does not run in a container with a role: AWS_CONTAINER_CREDENTIALS_FULL_URI and …_RELATIVE_URI are not set.");
        if (full.Scheme == Uri.UriSchemeHttps || IsTrusted(full))
            return full;
        throw new HttpRequestException("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine.");
    }

    private static bool IsTrusted(Uri url) =>
        url.Scheme == Uri.UriSchemeHttp
        && (url.Host == "localhost" || (IPAddress.TryParse(url.Host, out var address) && (IPAddress.IsLoopback(address) || s_trusted.Contains(address))));

    private async Task<string?> TokenAsync(CancellationToken cancellationToken)
    {
        // The file is written anew from time to time.
        if (environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is not { Length: > 0 } file)
            return environment("AWS_CONTAINER_AUTHORIZATION_TOKEN") is { Length: > 0 } token ? token : null;
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read.", exception);
        }
    }
}
