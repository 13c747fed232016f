using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;
using ThinkWatch.EmbeddedClickHouse.Statements;

namespace ThinkWatch.EmbeddedClickHouse.Http;

/// <summary>
/// One statement over HTTP: 1. credentials, 2. read URL and body, 3. lease a session, 4. its database and settings, 5. run, streaming where
/// the format allows, 6. take the settings back. The engine's calls block, so they run on pool threads.
/// </summary>
internal sealed class QueryEndpoint(Engine engine, ServerOptions options)
{
    private static readonly string[] WholeResultLimits = ["max_result_bytes = 536870912", "result_overflow_mode = 'throw'"];

    public async Task HandleAsync(HttpContext context)
    {
        Answer? answer = null;
        try
        {
            Access.Check(context.Request, options);
            var request = QueryRequest.Read(context.Request);
            answer = new Answer(context, request, engine.Version);
            using var text = await RequestText.ReadAsync(context.Request, request, context.RequestAborted).ConfigureAwait(false);
            if (text is null)
            {
                await context.Response.WriteAsync("Ok.\n", context.RequestAborted).ConfigureAwait(false);
                return;
            }

            if (HttpMethods.IsGet(context.Request.Method) && !text.Statement.ReadsOnly)
                throw new EngineException(164, "READONLY", "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries");
            await RunAsync(context, request, text, answer).ConfigureAwait(false);
        }
        catch (EngineException failure)
        {
            answer ??= new Answer(context, new QueryRequest(), engine.Version);
            await answer.FailAsync(failure).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // the reader stopped reading
        }
        finally
        {
            if (answer is not null)
                await answer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(HttpContext context, QueryRequest request, RequestText text, Answer answer)
    {
        var mark = $"http:{request.QueryId}:{Guid.NewGuid():N}";
        var format = ResultFormat.Of(text.Statement.BringsRows ? request.DefaultFormat : text.Statement.Format ?? request.DefaultFormat);
        using var lease = await engine.LeaseAsync(context.RequestAborted).ConfigureAwait(false);
        var settings = new SessionSettings(lease.Connection, request, mark, text.Statement.BringsRows || Streams(request, text, format) ? [] : WholeResultLimits);
        try
        {
            // Reads end with their reader. Writes go on: the client will repeat them, and a token makes that harmless.
            await using var stop = text.Statement.ReadsOnly ? context.RequestAborted.Register(() => ThreadPool.QueueUserWorkItem(_ => engine.Stop(mark))) : default;
            await Task.Run(settings.Apply).ConfigureAwait(false);
            using var parameters = new NativeParameters(request.Parameters);
            if (Streams(request, text, format))
                await StreamAsync(lease.Connection, text, format, parameters, answer).ConfigureAwait(false);
            else
                await WholeAsync(lease.Connection, text, format, parameters, answer).ConfigureAwait(false);
        }
        finally
        {
            lease.Clean = !text.Statement.ChangesSession && await Task.Run(settings.TakeBack).ConfigureAwait(false);
        }
    }

    private static bool Streams(QueryRequest request, RequestText text, ResultFormat format) =>
        text.Statement.IsSelect && format.Streams && !request.WaitEndOfQuery;

    private static async Task WholeAsync(ChdbConnection connection, RequestText text, ResultFormat format, NativeParameters parameters, Answer answer)
    {
        using IDisposable result = await Task.Run(() => connection.Query(text.Sql.Span, format.Name, parameters)).ConfigureAwait(false);
        var rows = (ChdbResult)result;
        answer.Begin(format, rows.Figures, rows.Bytes.Length);
        await answer.WriteAsync(rows.Bytes).ConfigureAwait(false);
    }

    /// <summary>
    /// Two chunks are fetched before the answer begins: a result of one chunk, which is most of them, then has its length and final figures in
    /// the headers, and an error in it has its own status.
    /// </summary>
    private static async Task StreamAsync(ChdbConnection connection, RequestText text, ResultFormat format, NativeParameters parameters, Answer answer)
    {
        var (stream, first, second) = await Task.Run(() => Open(connection, text.Sql, format, parameters)).ConfigureAwait(false);
        using (stream)
        {
            var header = format.HeaderLines == 0 || first is null ? [] : first.Bytes.Span[..format.HeaderLength(first.Bytes.Span)].ToArray();
            answer.Begin(format, first?.Figures ?? default, second is null ? first?.Bytes.Length ?? 0 : null);
            if (first is not null)
                await SendAsync(first, [], answer).ConfigureAwait(false);
            for (var chunk = second; chunk is not null; chunk = await Task.Run(stream.Fetch).ConfigureAwait(false))
                await SendAsync(chunk, header, answer).ConfigureAwait(false);
        }
    }

    private static (ChdbStream Stream, ChdbResult? First, ChdbResult? Second) Open(
        ChdbConnection connection, ReadOnlyMemory<byte> sql, ResultFormat format, NativeParameters parameters)
    {
        var stream = connection.Stream(sql.Span, format.Name, parameters);
        ChdbResult? first = null;
        try
        {
            first = stream.Fetch();
            return (stream, first, stream.Fetch());
        }
        catch
        {
            (first as IDisposable)?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    private static async Task SendAsync(ChdbResult chunk, byte[] repeatedHeader, Answer answer)
    {
        using IDisposable owned = chunk;
        var skip = repeatedHeader.Length > 0 && chunk.Bytes.Span.StartsWith(repeatedHeader) ? repeatedHeader.Length : 0;
        await answer.WriteAsync(chunk.Bytes[skip..]).ConfigureAwait(false);
    }

    /// <summary>A request's database and settings, put on a pooled session and taken off again.</summary>
    private sealed class SessionSettings(ChdbConnection connection, QueryRequest request, string mark, string[] limits)
    {
        private bool _begun;
        private bool _applied;

        public void Apply()
        {
            if (connection.Database != request.Database)
            {
                connection.Execute($"USE `{request.Database.Replace("\\", @"\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`");
                connection.Database = request.Database;
            }

            var text = new StringBuilder("SET log_comment = ").Append(Engine.Quote(mark));
            foreach (var limit in limits)
                text.Append(", ").Append(limit);
            foreach (var (name, value) in request.Settings.Where(s => s.Key != "log_comment"))
                text.Append(", ").Append(name).Append(" = ").Append(Engine.Quote(value));
            _begun = true;
            connection.Execute(text.ToString());
            _applied = true;
        }

        /// <returns>Whether the session is as it was before; if not it must not be used again.</returns>
        public bool TakeBack()
        {
            if (!_applied)
                return !_begun; // a SET that failed may have changed some
            var names = request.Settings.Select(s => s.Key).Append("log_comment").Concat(limits.Select(l => l.Split(' ')[0])).Distinct(StringComparer.Ordinal);
            try
            {
                connection.Execute("SET " + string.Join(", ", names.Select(name => $"{name} = DEFAULT")));
                // The engine's default is not the pool's for these.
                if (request.Settings.Any(s => s.Key is "implicit_select" or "allow_introspection_functions"))
                    return false;
                return true;
            }
            catch (EngineException)
            {
                return false; // e.g. readonly=1 forbids the change
            }
        }
    }
}
