using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

internal sealed class UnaryCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceActivator<TService> activator,
    CallSettings settings,
    UnaryMethod<TService, TRequest, TResponse> invoke) : CallHandler<TService, TRequest, TResponse>(method, activator, settings)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(TService service, HttpContext http, HttpContextServerCallContext context)
    {
        var request = await ReadSingleAsync(http).ConfigureAwait(false);
        WriteSingle(http, context, await invoke(service, request, context).ConfigureAwait(false));
    }
}

internal sealed class ClientStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceActivator<TService> activator,
    CallSettings settings,
    ClientStreamingMethod<TService, TRequest, TResponse> invoke) : CallHandler<TService, TRequest, TResponse>(method, activator, settings)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override bool ReadsStream => true;

    protected override async Task RunAsync(TService service, HttpContext http, HttpContextServerCallContext context)
    {
        var requests = new RequestStreamReader<TRequest>(http, Method.RequestMarshaller, Settings);
        WriteSingle(http, context, await invoke(service, requests, context).ConfigureAwait(false));
    }
}

internal sealed class ServerStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceActivator<TService> activator,
    CallSettings settings,
    ServerStreamingMethod<TService, TRequest, TResponse> invoke) : CallHandler<TService, TRequest, TResponse>(method, activator, settings)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(TService service, HttpContext http, HttpContextServerCallContext context)
    {
        var request = await ReadSingleAsync(http).ConfigureAwait(false);
        var responses = new ResponseStreamWriter<TResponse>(context, Method.ResponseMarshaller, Settings);
        try
        {
            await invoke(service, request, responses, context).ConfigureAwait(false);
        }
        finally
        {
            responses.Complete();
        }
    }
}

internal sealed class DuplexStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServiceActivator<TService> activator,
    CallSettings settings,
    DuplexStreamingMethod<TService, TRequest, TResponse> invoke) : CallHandler<TService, TRequest, TResponse>(method, activator, settings)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override bool ReadsStream => true;

    protected override async Task RunAsync(TService service, HttpContext http, HttpContextServerCallContext context)
    {
        var requests = new RequestStreamReader<TRequest>(http, Method.RequestMarshaller, Settings);
        var responses = new ResponseStreamWriter<TResponse>(context, Method.ResponseMarshaller, Settings);
        try
        {
            await invoke(service, requests, responses, context).ConfigureAwait(false);
        }
        finally
        {
            responses.Complete();
        }
    }
}
