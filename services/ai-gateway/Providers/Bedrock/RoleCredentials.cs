namespace ThinkWatch.AiGateway.Providers.Bedrock;

/// <summary>The credentials of the role that this process runs under; one cache for all providers that use them. Safe for concurrent calls.</summary>
internal sealed class RoleCredentials(IConfiguration configuration, TimeProvider time, ILogger<CredentialCache> log) : IDisposable
{
    // Metadata services are on this machine's own network, which the guard of configured addresses refuses: these addresses are the platform's, not an administrator's.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    });

    private CredentialCache? _container;
    private CredentialCache? _instance;

    public IAwsCredentialSource Of(CredentialKind kind) => kind is CredentialKind.Container
        ? LazyInitializer.EnsureInitialized(ref _container, () => new CredentialCache(new ContainerCredentials(configuration, _http), time, log))
        : LazyInitializer.EnsureInitialized(ref _instance, () => new CredentialCache(new InstanceCredentials(configuration, _http), time, log));

    public void Dispose()
    {
        _container?.Dispose();
        _instance?.Dispose();
        _http.Dispose();
    }
}
