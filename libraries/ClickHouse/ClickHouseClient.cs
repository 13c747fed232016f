using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace ThinkWatch.ClickHouse;

/// <summary><see cref="IClickHouse"/> over one shared <see cref="HttpClient"/>, whose own time-out must be infinite: the deadline is per call.</summary>
public sealed class ClickHouseClient(HttpClient http, ClickHouseOptions options) : IClickHouse
{
    private static readonly KeyValuePair<string, string>[] RowSettings =
    [
        new("default_format", "JSONEachRow"),
        new("output_format_json_quote_64bit_integers", "0"),
        new("output_format_json_quote_decimals", "0"),
        new("output_format_json_validate_utf8", "1"),
        new("date_time_output_format", "iso"),
    ];

    private static readonly KeyValuePair<string, string>[] InsertSettings = [new("date_time_input_format", "best_effort")];

    private static readonly KeyValuePair<string, string>[] NoSettings = [];

    public string Database => options.Database;

    /// <summary>A handler that fits <see cref="ClickHouseClient"/>: pooled, bounded, no proxy, and decompression left to the client.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = 32,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(25),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    public async Task<ClickHouseSummary> ExecuteAsync(string sql, ClickHouseCall? call = null, CancellationToken cancellationToken = default)
    {
        using var exchange = await SendAsync(StatementBody(sql), null, NoSettings, call, cancellationToken).ConfigureAwait(false);
        await exchange.DrainAsync().ConfigureAwait(false);
        return exchange.Summary;
    }

    public async IAsyncEnumerable<T> QueryAsync<T>(
        string sql, JsonTypeInfo<T> row, ClickHouseCall? call = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var exchange = await SendAsync(StatementBody(sql), null, RowSettings, call, cancellationToken).ConfigureAwait(false);
        var body = await exchange.OpenAsync().ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            await foreach (var item in JsonRows.ReadAsync(body, row, exchange).ConfigureAwait(false))
                yield return item;
        }
    }

    public Task<ClickHouseSummary> InsertAsync(
        string into, string format, ReadOnlyMemory<byte> rows, ClickHouseCall? call = null, CancellationToken cancellationToken = default) =>
        InsertAsync(into, format, (writer, ct) => writer.WriteAsync(rows, ct).AsTask(), call, cancellationToken);

    public async Task<ClickHouseSummary> InsertAsync(
        string into, string format, Func<PipeWriter, CancellationToken, Task> write, ClickHouseCall? call = null, CancellationToken cancellationToken = default)
    {
        RequireFormat(format);
        var content = new InsertContent(write, call?.Compression ?? options.Compression);
        using var exchange = await SendAsync(content, $"INSERT INTO {into} FORMAT {format}", InsertSettings, call, cancellationToken).ConfigureAwait(false);
        await exchange.DrainAsync().ConfigureAwait(false);
        return exchange.Summary;
    }

    public async Task<ClickHouseStream> StreamAsync(string sql, string format, ClickHouseCall? call = null, CancellationToken cancellationToken = default)
    {
        RequireFormat(format);
        var exchange = await SendAsync(StatementBody(sql), null, [new("default_format", format)], call, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ClickHouseStream(exchange, await exchange.OpenAsync().ConfigureAwait(false));
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    public async Task PingAsync(CancellationToken cancellationToken = default) =>
        await ExecuteAsync("SELECT 1", new ClickHouseCall { Database = "", Deadline = TimeSpan.FromSeconds(5) }, cancellationToken).ConfigureAwait(false);

    private static StringContent StatementBody(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return new StringContent(sql, Encoding.UTF8, "text/plain");
    }

    private static void RequireFormat(string format)
    {
        if (string.IsNullOrEmpty(format) || !format.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("A format is a name such as JSONEachRow.", nameof(format));
    }

    private async Task<Exchange> SendAsync(
        HttpContent body, string? urlQuery, KeyValuePair<string, string>[] defaults, ClickHouseCall? call, CancellationToken cancellationToken)
    {
        var deadline = call?.Deadline ?? options.Timeout;
        var request = new HttpRequestMessage(HttpMethod.Post, Address(urlQuery, defaults, call, deadline)) { Content = body };
        request.Headers.Add("X-ClickHouse-User", options.Username);
        if (options.Password.Length > 0)
            request.Headers.Add("X-ClickHouse-Key", options.Password);
        if (call?.Compression ?? options.Compression)
            request.Headers.Add("Accept-Encoding", "gzip");
        var exchange = new Exchange(options, request, deadline, cancellationToken);
        try
        {
            await exchange.StartAsync(http).ConfigureAwait(false);
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    private Uri Address(string? query, KeyValuePair<string, string>[] defaults, ClickHouseCall? call, TimeSpan deadline)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["session_timezone"] = "UTC",
            // In-band errors keep one recognisable shape in every format.
            ["http_write_exception_in_output_format"] = "0",
            ["max_execution_time"] = Math.Max(1, (long)Math.Ceiling(deadline.TotalSeconds)).ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in defaults)
            settings[name] = value;
        if (call?.DeduplicationToken is { } token)
        {
            settings["insert_deduplication_token"] = token;
            settings["insert_deduplicate"] = "1";
            settings["deduplicate_blocks_in_dependent_materialized_views"] = "1";
            settings["async_insert"] = "0";
        }

        if (call?.Compression ?? options.Compression)
            settings["enable_http_compression"] = "1";
        if ((call?.Database ?? options.Database) is { Length: > 0 } database)
            settings["database"] = database;
        if (call?.QueryId is { } id)
            settings["query_id"] = id;
        foreach (var (name, value) in call?.Settings ?? new Dictionary<string, string>())
            settings[name] = value;
        if (query is not null)
            settings["query"] = query;

        var text = new StringBuilder("/?");
        foreach (var (name, value) in settings)
            text.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        foreach (var (name, value) in call?.Parameters ?? [])
            text.Append("param_").Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        text.Length--;
        return new Uri(options.Address, text.ToString());
    }

    /// <summary>A body written as it is sent, so that a large insert is never held twice.</summary>
    private sealed class InsertContent : HttpContent
    {
        private readonly Func<PipeWriter, CancellationToken, Task> _write;
        private readonly bool _gzip;

        public InsertContent(Func<PipeWriter, CancellationToken, Task> write, bool gzip)
        {
            (_write, _gzip) = (write, gzip);
            if (gzip)
                Headers.ContentEncoding.Add("gzip");
        }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            var target = _gzip ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : stream;
            var writer = PipeWriter.Create(target, new StreamPipeWriterOptions(minimumBufferSize: 65536, leaveOpen: true));
            await _write(writer, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
            if (_gzip)
                await target.DisposeAsync().ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
