using global::Grpc.Core;
using Google.Protobuf;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>The four kinds of call, made by the .NET client, whoever serves.</summary>
public abstract class CallKindTests(IEchoEndpoint server)
{
    private readonly CallOptions _options = new(deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4091)]
    [InlineData(4092)]
    [InlineData(60_000)]
    public async Task Unary_PayloadOfAnySize_ComesBackWhole(int size)
    {
        var payload = ByteString.CopyFrom([.. Enumerable.Range(0, size).Select(i => (byte)i)]);

        var reply = await server.Client.SayAsync(new EchoRequest { Text = "é世", Payload = payload }, _options);

        reply.Text.ShouldBe("é世");
        reply.Payload.ShouldBe(payload);
    }

    [Fact]
    public void Unary_Blocking_Answers() => server.Client.Say(new EchoRequest { Text = "sync" }, _options).Text.ShouldBe("sync");

    [Fact]
    public async Task Unary_EmptyMessages_AreMessages()
    {
        var reply = await server.Client.SayAsync(new EchoRequest(), _options);

        reply.ShouldBe(new EchoReply());
    }

    [Fact]
    public async Task ClientStreaming_ThreeMessages_AreAllSeenInOrder()
    {
        using var call = server.Client.Collect(_options);
        foreach (var text in new[] { "a", "b", "c" })
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        await call.RequestStream.CompleteAsync();

        var reply = await call;

        reply.ShouldBe(new EchoReply { Text = "abc", Count = 3 });
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    [Fact]
    public async Task ServerStreaming_ManyMessages_ArriveInOrder()
    {
        using var call = server.Client.Repeat(new EchoRequest { Text = "x", Count = 500, Payload = ByteString.CopyFrom(new byte[3000]) }, _options);

        var counts = new List<int>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            counts.Add(reply.Count);

        counts.ShouldBe(Enumerable.Range(0, 500));
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    [Fact]
    public async Task ServerStreaming_NoMessage_EndsWell()
    {
        using var call = server.Client.Repeat(new EchoRequest(), _options);

        (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).ShouldBeFalse();
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    [Fact]
    public async Task Duplex_EachMessage_IsAnsweredBeforeTheNextIsSent()
    {
        using var call = server.Client.Chat(_options);
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"m{i}" });
            (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).ShouldBeTrue();
            call.ResponseStream.Current.ShouldBe(new EchoReply { Text = $"m{i}", Count = i });
        }

        await call.RequestStream.CompleteAsync();

        (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    public async Task Metadata_TextAndBinary_GoBothWays()
    {
        byte[] bytes = [0, 1, 2, 253, 254, 255, 7];
        var headers = new Metadata { { "X-Echo", "one, two" }, { "x-echo-bin", bytes } };
        using var call = server.Client.SayAsync(new EchoRequest { Text = "m" }, _options.WithHeaders(headers));
        var answered = await call.ResponseHeadersAsync;
        await call;
        var trailers = call.GetTrailers();

        answered.GetValue("x-echo").ShouldBe("one, two");
        answered.GetValueBytes("x-echo-bin").ShouldBe(bytes);
        trailers.GetValueBytes("x-trail-bin").ShouldBe(bytes);
    }

    [Fact]
    public async Task Status_OfFailure_HasCodeDetailAndTrailers()
    {
        using var call = server.Client.SayAsync(new EchoRequest { Fail = 7, Text = "no: 100% é世" }, _options);

        var error = await Should.ThrowAsync<RpcException>(() => call.ResponseAsync);

        error.Status.ShouldBe(new Status(StatusCode.PermissionDenied, "no: 100% é世"));
        error.Trailers.GetValueBytes("why-bin").ShouldBe([0, 255]);
    }

    [Fact]
    public async Task Stream_ThatFails_GivesItsMessagesFirst()
    {
        using var call = server.Client.Repeat(new EchoRequest { Count = 3, Fail = 10, Text = "late" }, _options);
        (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).ShouldBeTrue();

        var error = await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        error.Status.ShouldBe(new Status(StatusCode.Aborted, "late"));
        call.GetTrailers().GetValue("why").ShouldBe("asked");
    }

    [Fact]
    public async Task Deadline_Passes_CallEnds()
    {
        using var call = server.Client.SayAsync(new EchoRequest { Delay = -1 }, deadline: DateTime.UtcNow.AddMilliseconds(150));

        (await Should.ThrowAsync<RpcException>(() => call.ResponseAsync)).StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Unary_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        var calls = Enumerable.Range(0, 2000).Select(async i =>
        {
            var reply = await server.Client.SayAsync(new EchoRequest { Text = $"{i}", Delay = i % 3 }, _options);
            return reply.Text == $"{i}";
        });

        (await Task.WhenAll(calls)).ShouldAllBe(own => own);
    }
}
