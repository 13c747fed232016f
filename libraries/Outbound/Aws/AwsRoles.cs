namespace ThinkWatch.Outbound.Aws;

/// <summary>Where the credentials of the role come from that this process runs under. Safe for concurrent use.</summary>
public sealed class AwsRoles : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    });

    /// <summary>
    /// Metadata services are on this machine's own network, which the guard of configured addresses refuses: these addresses are the platform's, not an
    /// administrator's.
    /// </summary>
    /// <param name="environment">Reads the platform's variables.</param>
    public AwsRoles(Func<string, string?> environment)
    {
        Container = new ContainerCredentials(environment, _http);
        Instance = new InstanceCredentials(environment, _http);
    }

    /// <summary>Of the container's role: ECS, EKS pod identity. Asked anew each time.</summary>
    public IAwsCredentialSource Container { get; }

    /// <summary>Of the virtual machine's role. Asked anew each time.</summary>
    public IAwsCredentialSource Instance { get; }

    public void Dispose() => _http.Dispose();
}
