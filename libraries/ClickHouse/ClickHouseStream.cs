namespace ThinkWatch.ClickHouse;

/// <summary>An encoded result as it arrives. Disposing it early cancels the statement.</summary>
public sealed class ClickHouseStream : IAsyncDisposable
{
    private readonly Exchange _exchange;
    private readonly Stream _body;

    internal ClickHouseStream(Exchange exchange, Stream body) => (_exchange, _body) = (exchange, body);

    /// <summary>
    /// Copies the result to its end. An error of the server after the first byte is thrown, and the part of the result before it has then been
    /// copied: the reader of the copy must be able to tell (abort its connection).
    /// </summary>
    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        var buffer = new byte[65536];
        var held = 0;
        while (true)
        {
            var read = await _exchange.ReadAsync(_body, buffer.AsMemory(held)).ConfigureAwait(false);
            var filled = held + read;
            if (InBandError.Find(buffer.AsSpan(0, filled)) is { } error)
                throw error;
            if (read == 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
                return;
            }

            // Keep a tail back: the mark of an error may be split between two reads.
            held = Math.Min(filled, 512);
            await destination.WriteAsync(buffer.AsMemory(0, filled - held), cancellationToken).ConfigureAwait(false);
            buffer.AsSpan(filled - held, held).CopyTo(buffer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _exchange.Dispose();
    }
}
