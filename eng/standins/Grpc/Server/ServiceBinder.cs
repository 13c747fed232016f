using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Internal;

internal delegate Task<TResponse> UnaryMethod<in TService, in TRequest, TResponse>(TService service, TRequest request, ServerCallContext context);

internal delegate Task<TResponse> ClientStreamingMethod<in TService, in TRequest, TResponse>(
    TService service, IAsyncStreamReader<TRequest> requests, ServerCallContext context);

internal delegate Task ServerStreamingMethod<in TService, in TRequest, out TResponse>(
    TService service, TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context);

internal delegate Task DuplexStreamingMethod<in TService, in TRequest, out TResponse>(
    TService service, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context);

/// <summary>Runs a service's generated <c>BindService</c> and maps one endpoint a method, with an open delegate to the method.</summary>
internal sealed class ServiceBinder<TService>(IEndpointRouteBuilder routes, ServiceActivator<TService> activator, CallSettings settings) : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> _endpoints = [];
    private readonly HashSet<string> _serviceNames = [];

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => _endpoints;

    public IReadOnlyCollection<string> ServiceNames => _serviceNames;

    public void Bind()
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } bind)
                continue;
            var method = bind.BindType.GetMethod(bind.BindMethodName, BindingFlags.Public | BindingFlags.Static, [typeof(ServiceBinderBase), type])
                ?? throw new InvalidOperationException($"{bind.BindType} has no method {bind.BindMethodName} for {type}.");
            method.Invoke(null, [this, null]);
            return;
        }

        throw new InvalidOperationException($"{typeof(TService)} is not a gRPC service: no base type has a BindServiceMethod attribute.");
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method, typeof(TRequest), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<UnaryMethod<TService, TRequest, TResponse>>();
        Map(method, target, new UnaryCallHandler<TService, TRequest, TResponse>(method, activator, settings, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<ClientStreamingMethod<TService, TRequest, TResponse>>();
        Map(method, target, new ClientStreamingCallHandler<TService, TRequest, TResponse>(method, activator, settings, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<ServerStreamingMethod<TService, TRequest, TResponse>>();
        Map(method, target, new ServerStreamingCallHandler<TService, TRequest, TResponse>(method, activator, settings, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<DuplexStreamingMethod<TService, TRequest, TResponse>>();
        Map(method, target, new DuplexStreamingCallHandler<TService, TRequest, TResponse>(method, activator, settings, invoke));
    }

    private static MethodInfo Find(IMethod method, params Type[] parameters) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
        ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name} with the parameters of {method.FullName}.");

    private void Map<TRequest, TResponse>(Method<TRequest, TResponse> method, MethodInfo target, CallHandler<TService, TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        _serviceNames.Add(method.ServiceName);
        RequestDelegate serve = handler.ServeAsync;
        object[] metadata =
        [
            new GrpcMethodMetadata(typeof(TService), method),
            .. typeof(TService).GetCustomAttributes(inherit: true),
            .. target.GetCustomAttributes(inherit: true),
        ];
        _endpoints.Add(routes.MapPost(method.FullName, serve).WithDisplayName($"gRPC - {method.FullName}").WithMetadata(metadata));
    }
}
