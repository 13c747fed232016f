using System.Buffers;
using System.IO.Compression;
using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;
using ThinkWatch.EmbeddedClickHouse.Statements;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>
/// A statement put together from URL and body, and the rows behind it. The statement may be in the URL, in the body, or begun in the URL and
/// ended in the body; rows follow it.
/// </summary>
internal sealed class RequestText : IDisposable
{
    /// <summary>An INSERT's head must be within this; any other statement within four times as much.</summary>
    private const int MaxHead = 256 * 1024;

    public required Statement Statement { get; init; }

    /// <summary>The statement as the engine is to run it.</summary>
    public required ReadOnlyMemory<byte> Sql { get; init; }

    public AnonymousFile? Rows { get; private init; }

    public void Dispose() => Rows?.Dispose();

    public static async Task<RequestText?> ReadAsync(HttpRequest request, QueryRequest query, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip"))
            throw new EngineException(48, "NOT_IMPLEMENTED", "Content-Encoding must be gzip or absent");
        var body = encoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        var head = new ArrayBufferWriter<byte>(4096);
        if (query.Query is not null)
            head.Write(Encoding.UTF8.GetBytes(query.Query));
        var inUrl = head.WrittenCount;
        if (inUrl > 0 && TryRead(head.WrittenSpan) is { BringsRows: true } complete)
            return await WithRowsAsync(complete, head.WrittenMemory, body, cancellationToken).ConfigureAwait(false);

        if (inUrl > 0)
            head.Write("\n"u8);
        var ended = await FillAsync(head, body, inUrl + MaxHead, cancellationToken).ConfigureAwait(false);
        if (head.WrittenSpan.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        var begun = Statement.Read(head.WrittenSpan);
        if (begun.BringsRows)
            return await WithRowsAsync(begun, head.WrittenMemory, body, cancellationToken).ConfigureAwait(false);
        if (!ended && !await FillAsync(head, body, inUrl + (4 * MaxHead), cancellationToken).ConfigureAwait(false))
            throw new EngineException(62, "SYNTAX_ERROR", "Max query size exceeded");
        var statement = Statement.Read(head.WrittenSpan);
        return new RequestText { Statement = statement, Sql = WithoutWait(head.WrittenMemory, statement.Wait) };
    }

    /// <summary>The statement in the URL alone, if it is one.</summary>
    private static Statement? TryRead(ReadOnlySpan<byte> sql)
    {
        try
        {
            return Statement.Read(sql);
        }
        catch (EngineException)
        {
            return null; // it may go on in the body; whole, it is read again
        }
    }

    /// <summary>Turns <c>INSERT … FORMAT x</c> and rows into <c>INSERT … FROM INFILE … FORMAT x</c> and an anonymous file.</summary>
    private static async Task<RequestText> WithRowsAsync(Statement insert, ReadOnlyMemory<byte> head, Stream body, CancellationToken cancellationToken)
    {
        var rows = new AnonymousFile();
        try
        {
            rows.Append(head.Span[insert.DataStart..]);
            await CopyAsync(body, rows, cancellationToken).ConfigureAwait(false);
            var source = Encoding.UTF8.GetBytes($" FROM INFILE '{rows.Path}' COMPRESSION 'none' ");
            var format = Encoding.UTF8.GetBytes($" FORMAT {insert.Format}");
            ReadOnlyMemory<byte> sql = (byte[])[.. head.Span[..insert.SourceAt], .. source, .. head.Span[insert.SourceAt..insert.FormatAt], .. format];
            return new RequestText { Statement = insert, Sql = sql, Rows = rows };
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private static async Task CopyAsync(Stream body, AnonymousFile rows, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            long total = 0;
            int read;
            while ((read = await ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                // Compressed bodies are small on the wire: the limit holds for what they become.
                if ((total += read) > ServerOptions.MaxBody)
                    throw new EngineException(307, "TOO_MANY_BYTES", $"The rows of one INSERT may have {ServerOptions.MaxBody} bytes");
                rows.Append(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>Whether the body has ended.</returns>
    private static async Task<bool> FillAsync(ArrayBufferWriter<byte> head, Stream body, int limit, CancellationToken cancellationToken)
    {
        while (head.WrittenCount < limit)
        {
            var read = await ReadAsync(body, head.GetMemory(Math.Min(16 * 1024, limit - head.WrittenCount)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return true;
            head.Advance(read);
        }

        return false;
    }

    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new EngineException(354, "ZLIB_INFLATE_FAILED", "The body is not gzip");
        }
    }

    private static ReadOnlyMemory<byte> WithoutWait(ReadOnlyMemory<byte> sql, Range wait) =>
        wait.Equals(..0) ? sql : (byte[])[.. sql.Span[..wait.Start], .. sql.Span[wait.End..]];
}
