using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Remembers the registrations, so that a service registered as a singleton costs no scope a call.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    public ServiceLifetime? Find(Type service) =>
        services.LastOrDefault(descriptor => descriptor.ServiceType == service && !descriptor.IsKeyedService)?.Lifetime;
}

/// <summary>Gives each call its service instance: the registered one, or a new one that the call owns.</summary>
internal sealed class ServiceActivator<TService>(IServiceProvider root, ServiceLifetimes lifetimes)
    where TService : class
{
    private readonly ServiceLifetime? _lifetime = lifetimes.Find(typeof(TService));
    private ObjectFactory<TService>? _factory;
    private TService? _singleton;

    /// <summary>True when <see cref="ReleaseAsync"/> must be called after the call.</summary>
    public bool OwnsInstances => _lifetime is null;

    public TService Get(HttpContext http) => _lifetime switch
    {
        ServiceLifetime.Singleton => _singleton ??= root.GetRequiredService<TService>(),
        null => (_factory ??= ActivatorUtilities.CreateFactory<TService>([]))(http.RequestServices, []),
        _ => http.RequestServices.GetRequiredService<TService>(),
    };

    public static ValueTask ReleaseAsync(TService service)
    {
        switch (service)
        {
            case IAsyncDisposable asyncDisposable:
                return asyncDisposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        return ValueTask.CompletedTask;
    }
}
