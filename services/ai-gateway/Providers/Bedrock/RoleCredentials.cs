using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Providers.Bedrock;

/// <summary>The credentials of the role that this process runs under; one cache for all providers that use them. Safe for concurrent calls.</summary>
internal sealed class RoleCredentials(IConfiguration configuration, TimeProvider time, ILogger<CredentialCache> log) : IDisposable
{
    private readonly AwsRoles _roles = new(name => configuration[name]);
    private CredentialCache? _container;
    private CredentialCache? _instance;

    public IAwsCredentialSource Of(CredentialKind kind) => kind is CredentialKind.Container
        ? LazyInitializer.EnsureInitialized(ref _container, () => new CredentialCache(_roles.Container, time, log))
        : LazyInitializer.EnsureInitialized(ref _instance, () => new CredentialCache(_roles.Instance, time, log));

    public void Dispose()
    {
        _container?.Dispose();
        _instance?.Dispose();
        _roles.Dispose();
    }
}
