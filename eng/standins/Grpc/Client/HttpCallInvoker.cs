using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Starts each call as one HTTP/2 request.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    [SuppressMessage("Usage", "VSTHRD002", Justification = "Blocking is what this member is for; the call itself never needs this thread.")]
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        call.Start(host, new UnaryContent<TRequest, TResponse>(call, request));
        return new AsyncUnaryCall<TResponse>(
            call.ReadSingleAsync(), CallDelegates.Headers, CallDelegates.Status, CallDelegates.Trailers, CallDelegates.Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        call.Start(host, new UnaryContent<TRequest, TResponse>(call, request));
        _ = call.ObserveAsync();
        return new AsyncServerStreamingCall<TResponse>(
            new ResponseStreamReader<TRequest, TResponse>(call),
            CallDelegates.Headers, CallDelegates.Status, CallDelegates.Trailers, CallDelegates.Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options) { StreamsRequest = true };
        var content = new StreamContent<TRequest, TResponse>(call);
        call.Start(host, content);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            content.Writer, call.ReadSingleAsync(),
            CallDelegates.Headers, CallDelegates.Status, CallDelegates.Trailers, CallDelegates.Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options) { StreamsRequest = true };
        var content = new StreamContent<TRequest, TResponse>(call);
        call.Start(host, content);
        _ = call.ObserveAsync();
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            content.Writer, new ResponseStreamReader<TRequest, TResponse>(call),
            CallDelegates.Headers, CallDelegates.Status, CallDelegates.Trailers, CallDelegates.Dispose, call);
    }

    private static class CallDelegates
    {
        public static readonly Func<object, Task<Metadata>> Headers = static call => ((GrpcCall)call).ResponseHeadersAsync();
        public static readonly Func<object, Status> Status = static call => ((GrpcCall)call).GetStatus();
        public static readonly Func<object, Metadata> Trailers = static call => ((GrpcCall)call).GetTrailers();
        public static readonly Action<object> Dispose = static call => ((GrpcCall)call).Dispose();
    }
}
