using System.Collections.Concurrent;
using Grpc.Core;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool.Shipping;

/// <summary>
/// Frames over one gRPC stream to audit-ingest, which acknowledges each in its own time. When the stream breaks, every frame on it fails
/// and the next send opens a new one. Any number of senders.
/// </summary>
internal sealed class DirectTransport(AuditIngest.AuditIngestClient client) : IAuditTransport, IDisposable
{
    /// <summary>ClickHouse may be slow; a stream that is silent for longer is given up.</summary>
    private static readonly TimeSpan AckTimeout = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _writer = new(1, 1);
    private Connection? _connection;

    public async Task<FrameAck> SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        var (connection, answer) = await WriteAsync(frame, cancellationToken);
        try
        {
            return await answer.WaitAsync(AckTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            connection.Break(new RpcException(new Status(StatusCode.DeadlineExceeded, "audit-ingest did not acknowledge a frame in time")));
            throw;
        }
        finally
        {
            connection.Forget(frame);
        }
    }

    public void Dispose()
    {
        _connection?.Break(new ObjectDisposedException(nameof(DirectTransport)));
        _writer.Dispose();
    }

    private async Task<(Connection Connection, Task<FrameAck> Answer)> WriteAsync(Frame frame, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsUsable: true })
            {
                _connection?.Dispose();
                _connection = new Connection(client.Ship(cancellationToken: CancellationToken.None));
            }

            var answer = _connection.Expect(frame);
            await _connection.WriteAsync(frame).WaitAsync(AckTimeout, cancellationToken);
            return (_connection, answer);
        }
        catch (Exception fault)
        {
            // Half a frame may be on the stream: nothing can follow it.
            _connection?.Break(fault);
            throw;
        }
        finally
        {
            _writer.Release();
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly AsyncDuplexStreamingCall<Frame, FrameAck> _call;
        private readonly ConcurrentDictionary<(RecordKind, ulong), TaskCompletionSource<FrameAck>> _expected = new();
        private Exception? _fault;

        public Connection(AsyncDuplexStreamingCall<Frame, FrameAck> call)
        {
            _call = call;
            _ = ReadAsync();
        }

        public bool IsUsable => Volatile.Read(ref _fault) is null;

        public Task<FrameAck> Expect(Frame frame)
        {
            var answer = new TaskCompletionSource<FrameAck>(TaskCreationOptions.RunContinuationsAsynchronously);
            _expected[(frame.Kind, frame.FirstSequence)] = answer;
            if (Volatile.Read(ref _fault) is { } fault)
                answer.TrySetException(fault);
            return answer.Task;
        }

        public void Forget(Frame frame) => _expected.TryRemove((frame.Kind, frame.FirstSequence), out _);

        public Task WriteAsync(Frame frame) => _call.RequestStream.WriteAsync(frame);

        public void Break(Exception fault)
        {
            if (Interlocked.CompareExchange(ref _fault, fault, null) is not null)
                return;
            foreach (var answer in _expected.Values)
                answer.TrySetException(fault);
            _call.Dispose();
        }

        public void Dispose() => _call.Dispose();

        private async Task ReadAsync()
        {
            try
            {
                while (await _call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    var ack = _call.ResponseStream.Current;
                    if (_expected.TryRemove((ack.Kind, ack.FirstSequence), out var answer))
                        answer.TrySetResult(ack);
                }

                Break(new RpcException(new Status(StatusCode.Unavailable, "audit-ingest closed the stream")));
            }
            catch (Exception fault)
            {
                // The reader is the connection's only witness: whatever ends it ends the connection.
                Break(fault);
            }
        }
    }
}
