using global::Grpc.Core;
using Google.Protobuf;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>Answers as the request tells; counts the calls that wait, and those whose token was cancelled meanwhile.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    private int _waited;
    private int _cancelled;

    public int Waited => Volatile.Read(ref _waited);

    public int Cancelled => Volatile.Read(ref _cancelled);

    public override async Task<EchoReply> Say(EchoRequest request, ServerCallContext context)
    {
        await PrepareAsync(request, context);
        return new EchoReply { Text = request.Text, Payload = request.Payload };
    }

    public override async Task<EchoReply> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var reply = new EchoReply();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await PrepareAsync(request, context);
            reply.Text += request.Text;
            reply.Count++;
        }

        return reply;
    }

    public override async Task Repeat(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            if (request.Fail == 0 || i == request.Count - 1)
                await PrepareAsync(request, context);
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Count = i, Payload = request.Payload }, context.CancellationToken);
        }
    }

    public override async Task Chat(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        var count = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await PrepareAsync(request, context);
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Count = count++ });
        }
    }

    private async Task PrepareAsync(EchoRequest request, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        if (request.Delay != 0)
        {
            Interlocked.Increment(ref _waited);
            try
            {
                await Task.Delay(request.Delay, context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
        }

        if (request.Fail == 99)
            throw new InvalidDataException("not for the caller");
        if (request.Fail != 0)
            throw new RpcException(new Status((StatusCode)request.Fail, request.Text), new Metadata { { "why", "asked" }, { "why-bin", [0, 255] } });
    }

    /// <summary><c>x-echo*</c> comes back as header and trailer; facts of the call as trailers.</summary>
    private static async Task EchoMetadataAsync(ServerCallContext context)
    {
        if (context.RequestHeaders.Get("x-echo") is not { } text)
            return;
        var bytes = context.RequestHeaders.GetValueBytes("x-echo-bin")!;
        await context.WriteResponseHeadersAsync(new Metadata { { text.Key, text.Value }, { "x-echo-bin", bytes } });
        context.ResponseTrailers.Add("x-trail-bin", bytes);
        context.ResponseTrailers.Add("x-peer", context.Peer);
        context.ResponseTrailers.Add("x-method", context.Method);
        context.ResponseTrailers.Add("x-path", context.GetHttpContext().Request.Path);
        context.ResponseTrailers.Add("x-deadline", context.Deadline == DateTime.MaxValue ? "none" : "some");
    }
}
