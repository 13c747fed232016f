using System.Runtime.ExceptionServices;
using ThinkWatch.ClickHouse;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>Reads of the log store, each bounded in time and memory; what keeps it from answering becomes a 503 that says so.</summary>
internal sealed class LogStore(IClickHouse clickHouse)
{
    private const int UnknownTable = 60;
    private const int UnknownDatabase = 81;
    private const int Timeout = 159;
    private const int MemoryLimit = 241;

    private static readonly Dictionary<string, string> _bounds = new()
    {
        ["max_memory_usage"] = "1000000000",
        ["readonly"] = "2",
    };

    public async Task<List<T>> ReadAsync<T>(string sql, ClickHouseParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            var call = new ClickHouseCall { Parameters = parameters, Settings = _bounds, Deadline = TimeSpan.FromSeconds(15) };
            var rows = new List<T>();
            await foreach (var row in clickHouse.QueryAsync(sql, LogJson.Row<T>(), call, cancellationToken))
                rows.Add(row);
            return rows;
        }
        catch (ClickHouseException e)
        {
            if (Explain(e) is { } problem)
                throw problem.AsException(e);
            ExceptionDispatchInfo.Throw(e);
            throw;
        }
    }

    private static ApiProblem? Explain(ClickHouseException e) => e.Code switch
    {
        UnknownTable or UnknownDatabase => ApiProblem.Unavailable("The log store has no tables yet: audit-ingest makes them when it starts."),
        Timeout or MemoryLimit => ApiProblem.Unprocessable("The query takes too long. Narrow the time range or ask for rarer words."),
        _ => e.IsTransient ? ApiProblem.Unavailable("The log store does not answer at the moment.") : null,
    };
}
