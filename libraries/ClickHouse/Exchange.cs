using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.ClickHouse;

/// <summary>One request and its answer under one deadline; turns every failure into <see cref="ClickHouseException"/>. One user at a time.</summary>
internal sealed class Exchange(ClickHouseOptions options, HttpRequestMessage request, TimeSpan deadline, CancellationToken caller) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
    private HttpResponseMessage? _response;

    public CancellationToken Token => _stop.Token;

    public ClickHouseSummary Summary { get; private set; }

    public async Task StartAsync(HttpClient http)
    {
        _stop.CancelAfter(deadline);
        try
        {
            _response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token).ConfigureAwait(false);
            var code = Header("X-ClickHouse-Exception-Code") is { } text && int.TryParse(text, out var number) ? number : 0;
            if (!_response.IsSuccessStatusCode || code != 0)
                throw ClickHouseException.FromServer(code, await ReadErrorAsync().ConfigureAwait(false));
            Summary = ParseSummary(Header("X-ClickHouse-Summary"));
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            throw Translate(failure);
        }
    }

    public async Task<Stream> OpenAsync()
    {
        var body = await _response!.Content.ReadAsStreamAsync(Token).ConfigureAwait(false);
        return _response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    /// <summary>Reads to the end: a statement has succeeded only when its answer ended without an error in it.</summary>
    public async Task DrainAsync()
    {
        var body = await OpenAsync().ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(8192);
            try
            {
                int read;
                while ((read = await ReadAsync(body, buffer).ConfigureAwait(false)) > 0)
                {
                    if (InBandError.Find(buffer.AsSpan(0, read)) is { } error)
                        throw error;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer)
    {
        try
        {
            return await body.ReadAsync(buffer, Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            throw Translate(failure);
        }
    }

    public void Dispose()
    {
        _response?.Dispose();
        request.Dispose();
        _stop.Dispose();
    }

    private bool IsTransport(Exception failure) =>
        (failure is OperationCanceledException or HttpRequestException or IOException or InvalidDataException) && !caller.IsCancellationRequested;

    private ClickHouseException Translate(Exception failure) => _stop.IsCancellationRequested
        ? ClickHouseException.Deadline(options, deadline)
        : ClickHouseException.Unreachable(options, failure);

    private string? Header(string name) => _response!.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private async Task<string> ReadErrorAsync()
    {
        var body = await OpenAsync().ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[ClickHouseException.MaxServerMessage];
            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, Token).ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }
    }

    private static ClickHouseSummary ParseSummary(string? json)
    {
        if (json is null)
            return default;
        try
        {
            using var document = JsonDocument.Parse(json);
            long Number(string name) => document.RootElement.TryGetProperty(name, out var value) && long.TryParse(value.ToString(), out var number) ? number : 0;
            return new ClickHouseSummary(
                Number("read_rows"), Number("read_bytes"), Number("written_rows"), Number("written_bytes"), Number("result_rows"),
                TimeSpan.FromTicks(Number("elapsed_ns") / 100));
        }
        catch (JsonException)
        {
            return default; // figures only: a proxy that mangles them does not make the statement fail
        }
    }
}
