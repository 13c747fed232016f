using System.Globalization;
using System.IO.Compression;
using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>Writes results and errors as ClickHouse does.</summary>
internal sealed class Answer(HttpContext context, QueryRequest request, string version) : IAsyncDisposable
{
    private static readonly TimeSpan MaxWrite = TimeSpan.FromSeconds(60);

    private readonly string _tag = Guid.NewGuid().ToString("N")[..16];
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private Stream? _body;

    /// <summary>Sends headers; from here on errors travel in the body.</summary>
    public void Begin(ResultFormat format, Figures figures, int? length)
    {
        var response = context.Response;
        response.ContentType = format.ContentType;
        response.Headers["X-ClickHouse-Format"] = format.Name;
        response.Headers["X-ClickHouse-Summary"] = Summary(figures);
        response.Headers["X-ClickHouse-Exception-Tag"] = _tag;
        Common(response);
        if (request.CompressResponse && length is not 0)
        {
            response.Headers.ContentEncoding = "gzip";
            _body = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            return;
        }

        response.ContentLength = length;
        _body = response.Body;
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        // A reader that stops reading would hold a session of the engine for ever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(MaxWrite);
        await _body!.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
    }

    public async Task FailAsync(EngineException failure)
    {
        var text = failure.Message.TrimEnd() + (failure.Message.Contains("(version ", StringComparison.Ordinal) ? "" : $" (version {version})");
        if (_body is not null)
        {
            await WriteAsync(Encoding.UTF8.GetBytes(InBand(text))).ConfigureAwait(false);
            return;
        }

        var response = context.Response;
        response.StatusCode = ErrorStatus.Of(failure.Code);
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers["X-ClickHouse-Exception-Code"] = failure.Code.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-ClickHouse-Summary"] = Summary(default);
        Common(response);
        var bytes = Encoding.UTF8.GetBytes(text + "\n");
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _body is GZipStream gzip ? gzip.DisposeAsync() : ValueTask.CompletedTask;

    private string InBand(string text) =>
        $"\r\n__exception__\r\n{_tag}\r\n{text}\n{(Encoding.UTF8.GetByteCount(text) + 1).ToString(CultureInfo.InvariantCulture)} {_tag}\r\n__exception__\r\n";

    private void Common(HttpResponse response)
    {
        response.Headers["X-ClickHouse-Query-Id"] = request.QueryId;
        response.Headers["X-ClickHouse-Server-Display-Name"] = "thinkwatch-embedded";
        response.Headers["X-ClickHouse-Timezone"] = "UTC";
    }

    private string Summary(Figures f)
    {
        var elapsed = (long)TimeProvider.System.GetElapsedTime(_started).TotalNanoseconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"read_rows":"{{f.ReadRows}}","read_bytes":"{{f.ReadBytes}}","written_rows":"{{f.WrittenRows}}","written_bytes":"{{f.WrittenBytes}}","total_rows_to_read":"0","result_rows":"{{f.ResultRows}}","result_bytes":"0","elapsed_ns":"{{elapsed}}"}""");
    }
}
