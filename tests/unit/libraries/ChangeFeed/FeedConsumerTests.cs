using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.Changes;

namespace ThinkWatch.Libraries.Tests.ChangeFeed;

public sealed class FeedConsumerTests
{
    [Fact]
    public async Task Stream_ThatEndsOrFails_IsOpenedAgain()
    {
        using var consumer = new Numbers();
        await consumer.StartAsync(CancellationToken.None);
        var first = await consumer.OpenedAsync();
        first.Writer.TryWrite(1);
        await UntilAsync(() => consumer.Seen.SequenceEqual([1]));
        consumer.IsFresh.ShouldBeTrue();
        first.Writer.Complete(new RpcException(new Status(StatusCode.Unavailable, "gone")));
        var second = await consumer.OpenedAsync();
        second.Writer.TryWrite(2);
        await UntilAsync(() => consumer.Seen.SequenceEqual([1, 2]));
        second.Writer.Complete();
        await consumer.OpenedAsync();
        await consumer.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Silence_MakesItStale_ThenOpensAnotherStream()
    {
        using var consumer = new Numbers();
        consumer.IsFresh.ShouldBeFalse();
        await consumer.StartAsync(CancellationToken.None);
        var stream = await consumer.OpenedAsync();
        stream.Writer.TryWrite(1);
        await UntilAsync(() => consumer.IsFresh);
        await UntilAsync(() => !consumer.IsFresh);
        await consumer.OpenedAsync();
        await consumer.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Message_ThatCannotBeHandled_DoesNotMakeItFresh()
    {
        using var consumer = new Numbers();
        await consumer.StartAsync(CancellationToken.None);
        (await consumer.OpenedAsync()).Writer.TryWrite(-1);
        await consumer.OpenedAsync();
        consumer.IsFresh.ShouldBeFalse();
        await consumer.StopAsync(CancellationToken.None);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
            await Task.Delay(5);
        }
    }

    /// <summary>A consumer of streams that the test writes.</summary>
    private sealed class Numbers() : FeedConsumer<object>("numbers", TimeProvider.System, NullLogger.Instance)
    {
        private readonly Channel<Channel<object>> _opened = Channel.CreateUnbounded<Channel<object>>();
        private volatile int[] _seen = [];

        public int[] Seen => _seen;

        public async Task<Channel<object>> OpenedAsync() => await _opened.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        protected override AsyncServerStreamingCall<object> Open(CancellationToken cancellationToken)
        {
            var stream = Channel.CreateUnbounded<object>();
            _opened.Writer.TryWrite(stream);
            return new AsyncServerStreamingCall<object>(
                new Reader(stream), static _ => Task.FromResult(new Metadata()), static _ => Status.DefaultSuccess, static _ => [], static _ => { }, new object());
        }

        protected override ValueTask HandleAsync(object message, CancellationToken cancellationToken)
        {
            if (message is < 0)
                throw new InvalidOperationException("not a number that can be handled");
            _seen = [.. _seen, (int)message];
            return ValueTask.CompletedTask;
        }

        private sealed class Reader(Channel<object> stream) : IAsyncStreamReader<object>
        {
            public object Current { get; private set; } = 0;

            public async Task<bool> MoveNext(CancellationToken cancellationToken)
            {
                if (!await stream.Reader.WaitToReadAsync(cancellationToken))
                    return false;
                Current = await stream.Reader.ReadAsync(cancellationToken);
                return true;
            }
        }
    }
}
