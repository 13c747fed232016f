using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client.Internal;

namespace Grpc.Net.Client;

/// <summary>A connection pool to one server; made once, used by any number of threads and clients.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<IMethod, Uri> _addresses = new();
    private readonly HttpCallInvoker _callInvoker;
    private readonly bool _ownsInvoker;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        Address = address;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        MaxSendMessageSize = options.MaxSendMessageSize;
        ThrowOperationCanceled = options.ThrowOperationCanceledOnCancellation;
        _ownsInvoker = options.DisposeHttpClient || (options.HttpClient is null && options.HttpHandler is null);
        Invoker = options switch
        {
            { HttpClient: not null, HttpHandler: not null } => throw new ArgumentException("HttpClient and HttpHandler are configured. Only one can be.", nameof(options)),
            { HttpClient: { } client } => client,
            { HttpHandler: { } handler } => new HttpMessageInvoker(handler, disposeHandler: _ownsInvoker),
            _ => new HttpMessageInvoker(CreateHandler(), disposeHandler: true),
        };
        _callInvoker = new HttpCallInvoker(this);
    }

    internal HttpMessageInvoker Invoker { get; }

    internal Uri Address { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal int? MaxSendMessageSize { get; }

    internal bool ThrowOperationCanceled { get; }

    internal bool Disposed { get; private set; }

    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    public override CallInvoker CreateCallInvoker() => _callInvoker;

    public void Dispose()
    {
        if (Disposed)
            return;
        Disposed = true;
        if (_ownsInvoker)
            Invoker.Dispose();
    }

    /// <summary>The address of a method, made once.</summary>
    internal Uri AddressOf(IMethod method) =>
        _addresses.GetOrAdd(method, static (known, channel) => new Uri(channel.Address, known.FullName), this);

    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    private static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
    };
}
