using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using global::Grpc.Core;
using global::Grpc.Net.Client;
using Google.Protobuf;

namespace ThinkWatch.StandIns.Tests.Grpc;

public sealed class StatusTests(EchoServer server) : IClassFixture<EchoServer>
{
    private static readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handler_ThrowsRpcException_CallerGetsCodeDetailAndTrailers()
    {
        var error = await FailAsync(server.Client.SayAsync(new EchoRequest { Fail = 5, Text = "100% weg: é世\n" }, Soon()));

        error.StatusCode.ShouldBe(StatusCode.NotFound);
        error.Status.Detail.ShouldBe("100% weg: é世\n");
        error.Trailers.GetValue("why").ShouldBe("asked");
        error.Trailers.GetValueBytes("why-bin").ShouldBe([0, 255]);
    }

    [Fact]
    public async Task Handler_ThrowsSomethingElse_CallerLearnsNothingOfIt()
    {
        var error = await FailAsync(server.Client.SayAsync(new EchoRequest { Fail = 99 }, Soon()));

        error.StatusCode.ShouldBe(StatusCode.Unknown);
        error.Status.Detail.ShouldBe("Exception was thrown by handler.");
    }

    [Fact]
    public async Task Context_OfCall_SaysWhereItCameFrom()
    {
        var headers = new Metadata { { "x-echo", "1" }, { "x-echo-bin", [1] } };
        using var call = server.Client.SayAsync(new EchoRequest(), Soon().WithHeaders(headers));
        await call;
        var trailers = call.GetTrailers();

        trailers.GetValue("x-peer").ShouldNotBeNull().ShouldStartWith("ipv4:127.0.0.1:");
        trailers.GetValue("x-method").ShouldBe("/thinkwatch.tests.Echo/Say");
        trailers.GetValue("x-path").ShouldBe("/thinkwatch.tests.Echo/Say");
        trailers.GetValue("x-deadline").ShouldBe("some");
    }

    [Fact]
    public async Task Deadline_Passes_BothSidesEnd()
    {
        var cancelled = server.Service.Cancelled;
        var watch = Stopwatch.StartNew();

        var error = await FailAsync(server.Client.SayAsync(new EchoRequest { Delay = -1 }, deadline: DateTime.UtcNow.AddSeconds(1)));

        error.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        watch.Elapsed.ShouldBeInRange(TimeSpan.FromMilliseconds(950), TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => server.Service.Cancelled > cancelled);
    }

    [Fact]
    public async Task Deadline_InThePast_NothingIsSent()
    {
        var error = await FailAsync(server.Client.SayAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1)));

        error.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Deadline_OnServer_HoldsForCallersThatDoNotWatchIt()
    {
        using var http = new HttpClient();
        using var request = RawRequest("Say", [0, 0, 0, 0, 11, 24, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
        request.Headers.Add("grpc-timeout", "100m");

        using var response = await http.SendAsync(request, _stop);

        response.Headers.GetValues("grpc-status").ShouldBe(["4"]);
    }

    [Fact]
    public async Task Caller_Cancels_BothSidesEnd()
    {
        var (waited, cancelled) = (server.Service.Waited, server.Service.Cancelled);
        using var source = new CancellationTokenSource();
        var call = server.Client.SayAsync(new EchoRequest { Delay = -1 }, Soon(source.Token));
        await EventuallyAsync(() => server.Service.Waited > waited);

        await source.CancelAsync();

        var error = await FailAsync(call);
        error.StatusCode.ShouldBe(StatusCode.Cancelled);
        await EventuallyAsync(() => server.Service.Cancelled > cancelled);
    }

    [Fact]
    public async Task Caller_DisposesStream_ServerEnds()
    {
        var (waited, cancelled) = (server.Service.Waited, server.Service.Cancelled);
        var call = server.Client.Chat(Soon());
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "1" }, _stop);
        (await call.ResponseStream.MoveNext(_stop)).ShouldBeTrue();
        await call.RequestStream.WriteAsync(new EchoRequest { Delay = -1 }, _stop);
        await EventuallyAsync(() => server.Service.Waited > waited);

        call.Dispose();

        (await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext(_stop))).StatusCode.ShouldBe(StatusCode.Cancelled);
        await EventuallyAsync(() => server.Service.Cancelled > cancelled);
    }

    [Fact]
    public async Task Message_OverServersLimit_IsResourceExhausted()
    {
        var payload = ByteString.CopyFrom(new byte[EchoServer.MaxReceiveMessageSize + 1]);

        var error = await FailAsync(server.Client.SayAsync(new EchoRequest { Payload = payload }, Soon()));

        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
    }

    [Theory]
    [InlineData(100, null, "Received")]
    [InlineData(null, 100, "Sending")]
    public async Task Message_OverClientsLimit_IsResourceExhausted(int? receive, int? send, string detail)
    {
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = receive, MaxSendMessageSize = send });

        var error = await FailAsync(new Echo.EchoClient(channel).SayAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[101]) }, Soon()));

        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        error.Status.Detail.ShouldStartWith(detail);
    }

    [Fact]
    public async Task Method_NotOverridden_IsUnimplemented()
    {
        var error = await FailAsync(server.Client.NotWrittenAsync(new EchoRequest(), Soon()));

        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Theory]
    [InlineData("thinkwatch.tests.Echo", "Nothing")]
    [InlineData("thinkwatch.tests.Nobody", "Say")]
    public async Task Method_NotMapped_IsUnimplemented(string service, string name)
    {
        var marshaller = Marshallers.Create(_ => [], _ => new EchoReply());
        var method = new Method<EchoReply, EchoReply>(MethodType.Unary, service, name, marshaller, marshaller);

        var error = await FailAsync(server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, Soon(), new EchoReply()));

        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Server_NotThere_IsUnavailable()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var address = $"http://{unused.LocalEndpoint}";
        unused.Stop();
        using var channel = GrpcChannel.ForAddress(address);
        var client = new Echo.EchoClient(channel);

        (await FailAsync(client.SayAsync(new EchoRequest(), Soon()))).StatusCode.ShouldBe(StatusCode.Unavailable);
        using var duplex = client.Chat(Soon());
        (await Should.ThrowAsync<RpcException>(() => duplex.RequestStream.WriteAsync(new EchoRequest(), _stop))).StatusCode.ShouldBe(StatusCode.Unavailable);
    }

    [Theory]
    [InlineData("gzip", "12")]
    [InlineData("identity", "0")]
    public async Task Request_WithEncoding_OnlyIdentityIsTaken(string encoding, string status)
    {
        using var http = new HttpClient();
        using var request = RawRequest("Say", [0, 0, 0, 0, 0]);
        request.Headers.Add("grpc-encoding", encoding);

        using var response = await http.SendAsync(request, _stop);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        headers.GetValues("grpc-status").ShouldBe([status]);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public async Task Request_WithBrokenFrame_IsInternal(byte[] body)
    {
        using var http = new HttpClient();
        using var request = RawRequest("Say", body);

        using var response = await http.SendAsync(request, _stop);

        response.Headers.GetValues("grpc-status").ShouldBe(["13"]);
    }

    [Fact]
    public async Task Request_OfAnotherContentType_IsRefused()
    {
        using var http = new HttpClient();
        using var request = RawRequest("Say", []);
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await http.SendAsync(request, _stop);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    private static CallOptions Soon(CancellationToken token = default) => new(deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: token);

    private static async Task<RpcException> FailAsync(AsyncUnaryCall<EchoReply> call)
    {
        using (call)
            return await Should.ThrowAsync<RpcException>(() => call.ResponseAsync);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
            await Task.Delay(10, _stop);
        condition().ShouldBeTrue();
    }

    private HttpRequestMessage RawRequest(string method, byte[] body) => new(HttpMethod.Post, $"{server.Address}/thinkwatch.tests.Echo/{method}")
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
    };
}
