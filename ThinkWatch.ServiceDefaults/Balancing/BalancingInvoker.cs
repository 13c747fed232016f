using Grpc.Core;

namespace ThinkWatch.ServiceDefaults.Balancing;

/// <summary>
/// Spreads calls over a service's replicas, round robin; those that rest are passed over while one does not. A unary call whose replica was lost,
/// or says that it cannot serve now, is made again to another, once for each. Thread-safe.
/// </summary>
internal sealed class BalancingInvoker(ReplicaChannel[] replicas) : CallInvoker
{
    private uint _turn;

    private int Count => replicas.Length;

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Next().Invoker.BlockingUnaryCall(method, host, options, request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new RepeatedCall<TRequest, TResponse>(this, method, host, options, request);
        return new AsyncUnaryCall<TResponse>(
            call.AnswerAsync(),
            static state => ((IRepeatedCall<TResponse>)state).Current.ResponseHeadersAsync,
            static state => ((IRepeatedCall<TResponse>)state).Current.GetStatus(),
            static state => ((IRepeatedCall<TResponse>)state).Current.GetTrailers(),
            static state => ((IRepeatedCall<TResponse>)state).Dispose(),
            call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Next().Invoker.AsyncServerStreamingCall(method, host, options, request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        Next().Invoker.AsyncClientStreamingCall(method, host, options);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        Next().Invoker.AsyncDuplexStreamingCall(method, host, options);

    /// <summary>When all rest, those too are asked: it is no worse than not to ask.</summary>
    private ReplicaChannel Next(ReplicaChannel? not = null)
    {
        var turn = Interlocked.Increment(ref _turn);
        for (var i = 0u; i < replicas.Length; i++)
        {
            var replica = replicas[(turn + i) % replicas.Length];
            if (replica != not && !replica.Rests)
                return replica;
        }

        var any = replicas[turn % replicas.Length];
        return any != not ? any : replicas[(turn + 1) % replicas.Length];
    }

    private interface IRepeatedCall<TResponse> : IDisposable
    {
        AsyncUnaryCall<TResponse> Current { get; }
    }

    private sealed class RepeatedCall<TRequest, TResponse>(
        BalancingInvoker replicas, Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) : IRepeatedCall<TResponse>
        where TRequest : class
        where TResponse : class
    {
        private volatile AsyncUnaryCall<TResponse>? _current;
        private volatile bool _disposed;

        public AsyncUnaryCall<TResponse> Current => _current!;

        public async Task<TResponse> AnswerAsync()
        {
            ReplicaChannel? lost = null;
            for (var left = replicas.Count; ; left--)
            {
                var replica = replicas.Next(lost);
                var call = _current = replica.Invoker.AsyncUnaryCall(method, host, options, request);
                try
                {
                    return await call.ResponseAsync.ConfigureAwait(false);
                }
                catch (RpcException fault) when (left > 1 && fault.StatusCode == StatusCode.Unavailable && !_disposed && !options.CancellationToken.IsCancellationRequested)
                {
                    // The deadline is a moment, not a length: it holds for all attempts together.
                    call.Dispose();
                    lost = replica;
                }
            }
        }

        public void Dispose()
        {
            _disposed = true;
            _current?.Dispose();
        }
    }
}
