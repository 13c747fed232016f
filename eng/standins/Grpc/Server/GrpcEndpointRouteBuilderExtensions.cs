using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps every method of a service, and an answer "unimplemented" for every other gRPC path.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.ServiceProvider;
        var lifetimes = services.GetService<ServiceLifetimes>()
            ?? throw new InvalidOperationException("Unable to find the required services. Call 'IServiceCollection.AddGrpc' in the application startup code.");
        var options = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
        var activator = new ServiceActivator<TService>(services, lifetimes);
        var binder = new ServiceBinder<TService>(builder, activator, new CallSettings(options, logger));
        binder.Bind();
        services.GetRequiredService<UnimplementedMethods>().Map(builder, binder.ServiceNames);
        return new GrpcServiceEndpointConventionBuilder(binder.Endpoints);
    }
}

/// <summary>Applies conventions to every endpoint of one service.</summary>
public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IReadOnlyList<IEndpointConventionBuilder> _endpoints;

    internal GrpcServiceEndpointConventionBuilder(IReadOnlyList<IEndpointConventionBuilder> endpoints) => _endpoints = endpoints;

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in _endpoints)
            endpoint.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finalConvention)
    {
        foreach (var endpoint in _endpoints)
            endpoint.Finally(finalConvention);
    }
}
