using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ThinkWatch.ClickHouse;

/// <summary>JSONEachRow as objects: one row a line, read as it arrives.</summary>
internal static class JsonRows
{
    private const int MaxRow = 64 * 1024 * 1024;

    public static async IAsyncEnumerable<T> ReadAsync<T>(Stream body, JsonTypeInfo<T> type, Exchange exchange)
    {
        var reader = PipeReader.Create(new ExchangeStream(body, exchange), new StreamPipeReaderOptions(bufferSize: 65536, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(exchange.Token).ConfigureAwait(false);
                var rest = result.Buffer;
                while (TryLine(ref rest, result.IsCompleted, out var line))
                {
                    if (!IsBlank(line))
                        yield return Parse(line, rest, type);
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted)
                    yield break;
                if (rest.Length > MaxRow)
                    throw new ClickHouseException(0, "A row of the result is larger than 64 MB.");
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryLine(ref ReadOnlySequence<byte> rest, bool last, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        rest = rest.Slice(rest.End);
        if (last && !line.IsEmpty)
            return true;
        (rest, line) = (line, default);
        return false;
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line) => line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == (byte)'\r');

    // A row begins with '{'; anything else is the server's error, of which the next lines are the text.
    private static T Parse<T>(in ReadOnlySequence<byte> line, in ReadOnlySequence<byte> following, JsonTypeInfo<T> type)
    {
        if (line.FirstSpan[0] != (byte)'{')
            throw InBandError.Find([.. line.ToArray(), (byte)'\n', .. following.ToArray()]) ?? new ClickHouseException(0, "The result is not JSONEachRow.");
        var json = new Utf8JsonReader(line);
        return JsonSerializer.Deserialize(ref json, type)!;
    }

    /// <summary>Reads through the exchange, so that a deadline or a broken connection surfaces as its exception.</summary>
    private sealed class ExchangeStream(Stream body, Exchange exchange) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => exchange.ReadAsync(body, buffer);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
