using System.Text;
using System.Text.Json;
using ThinkWatch.ClickHouse;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>Writes rows of <c>gateway_logs</c> that say only what a test is about.</summary>
internal sealed class LogRowWriter : IDisposable
{
    private readonly HttpClient _http = new(ClickHouseClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly ClickHouseClient _client;

    private LogRowWriter(string connectionString) => _client = new ClickHouseClient(_http, ClickHouseOptions.Parse(connectionString));

    /// <summary>Makes the tables with audit-ingest's own schema.</summary>
    public static async Task<LogRowWriter> OpenAsync(string connectionString)
    {
        var writer = new LogRowWriter(connectionString);
        await writer._client.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {writer._client.Database}", new ClickHouseCall { Database = "" });
        var schema = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services/audit-ingest/Schema/0001_logs.sql"));
        var table = schema.Split(';').Single(static statement => statement.Contains("CREATE TABLE IF NOT EXISTS gateway_logs", StringComparison.Ordinal));
        await writer._client.ExecuteAsync(table);
        return writer;
    }

    public async Task<string> AddAsync(Guid org, DateTimeOffset at, object columns)
    {
        var row = JsonSerializer.SerializeToNode(columns)!.AsObject();
        var id = Guid.CreateVersion7().ToString();
        row["id"] = id;
        row["org_id"] = org.ToString();
        row["created_at"] = at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff");
        await _client.InsertAsync("gateway_logs", "JSONEachRow", Encoding.UTF8.GetBytes(row.ToJsonString()));
        return id;
    }

    public async Task<string> AddBytesAsync(Guid org, DateTimeOffset at, byte[] requestBody)
    {
        var id = Guid.CreateVersion7().ToString();
        await _client.ExecuteAsync(
            "INSERT INTO gateway_logs (id, org_id, created_at, request_body, request_capture) SELECT {id:String}, {org:String}, {at:DateTime64(3, 'UTC')}, unhex({body:String}), 'captured'",
            new ClickHouseCall { Parameters = new() { { "id", id }, { "org", org }, { "at", at }, { "body", Convert.ToHexString(requestBody) } } });
        return id;
    }

    public void Dispose() => _http.Dispose();
}
