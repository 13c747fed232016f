using System.Text;
using System.Text.Json.Serialization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>The bodies of one call, as they were captured.</summary>
internal sealed record LogBodies
{
    public required string Id { get; init; }

    public required string? RequestBody { get; init; }

    public required string? ResponseBody { get; init; }

    public required long RequestBytes { get; init; }

    public required long ResponseBytes { get; init; }

    public required string BodyCaptureStatus { get; init; }

    public required string RequestCapture { get; init; }

    public required string ResponseCapture { get; init; }

    /// <summary>Of the response.</summary>
    public required string ContentType { get; init; }

    /// <summary>base64 when a body is not UTF-8; then both are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }
}

/// <summary><c>GET /api/admin/gateway/logs/{id}/body</c>. Each reading is itself audited, before a byte is shown.</summary>
internal static class BodyEndpoint
{
    private const long MaximumInline = 16 * 1024 * 1024;
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void MapBodies(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/admin/gateway/logs/{id:guid}/body", GetAsync).RequirePermission("audit:read_bodies").WithTags("Logs").WithName("getGatewayLogBody")
            .WithSummary("The captured bodies of one AI call; raw=request or raw=response streams one of them").Produces<LogBodies>();

    private static async Task<IResult> GetAsync(
        HttpContext http, Guid id, string? raw, LogStore store, NpgsqlDataSource database, Bodies.BodiesClient bodies, CancellationToken cancellationToken)
    {
        if (raw is not (null or "request" or "response"))
            throw ApiProblem.Invalid("raw", "must be request or response").AsException();
        var row = await FindAsync(http, id, store, cancellationToken);
        var audit = http.Audit("gateway_log.read_body", "gateway_log", row.Id);
        await database.InTransactionAsync((transaction, token) => AuditOutbox.AppendAsync(transaction, audit, token), cancellationToken);

        var org = http.Caller().OrgId;
        if (raw is not null)
            return await StreamAsync(http, raw == "request" ? row.Request : row.Response, org, bodies, cancellationToken);
        var request = await LoadAsync(row.Request, org, bodies, cancellationToken);
        var response = await LoadAsync(row.Response, org, bodies, cancellationToken);
        return TypedResults.Ok(View(row, request, response));
    }

    private static async Task<BodyRow> FindAsync(HttpContext http, Guid id, LogStore store, CancellationToken cancellationToken)
    {
        var conditions = new LogConditions();
        conditions.Add($"org_id = {conditions.Bind("String", http.Caller().OrgId)}");
        conditions.Add($"id = {conditions.Bind("String", id.ToString())}");
        var rows = await store.ReadAsync<BodyRow>($"SELECT {BodyRow.Columns} FROM gateway_logs WHERE {conditions.Sql} LIMIT 1", conditions.Parameters, cancellationToken);
        return rows.FirstOrDefault() ?? throw LogEndpoints.Missing();
    }

    private static LogBodies View(BodyRow row, byte[]? request, byte[]? response)
    {
        var asText = IsText(request) && IsText(response);
        return new LogBodies
        {
            Id = row.Id,
            RequestBody = Text(request, asText),
            ResponseBody = Text(response, asText),
            RequestBytes = row.RequestBytes,
            ResponseBytes = row.ResponseBytes,
            BodyCaptureStatus = row.BodyCaptureStatus,
            RequestCapture = row.RequestCapture,
            ResponseCapture = row.ResponseCapture,
            ContentType = row.ContentType,
            Encoding = asText ? null : "base64",
        };
    }

    /// <summary>As it is in the row, or whole from object storage; null where nothing was kept.</summary>
    private static async Task<byte[]?> LoadAsync(BodyCell cell, string org, Bodies.BodiesClient bodies, CancellationToken cancellationToken)
    {
        if (cell.Uri.Length == 0)
            return cell.Inline.Length == 0 && cell.Capture is not "captured" ? null : cell.Inline;
        using var whole = new MemoryStream();
        await CopyAsync(cell.Uri, org, MaximumInline, whole, bodies, cancellationToken);
        return whole.ToArray();
    }

    private static async Task<IResult> StreamAsync(HttpContext http, BodyCell cell, string org, Bodies.BodiesClient bodies, CancellationToken cancellationToken)
    {
        // Never rendered by a browser: it is whatever a client or a model wrote.
        http.Response.Headers.ContentDisposition = "attachment";
        if (cell.Uri.Length == 0)
            return TypedResults.Bytes(cell.Inline, "application/octet-stream");
        http.Response.ContentType = "application/octet-stream";
        await CopyAsync(cell.Uri, org, long.MaxValue, http.Response.Body, bodies, cancellationToken);
        return TypedResults.Empty;
    }

    private static async Task CopyAsync(string uri, string org, long limit, Stream target, Bodies.BodiesClient bodies, CancellationToken cancellationToken)
    {
        try
        {
            using var call = bodies.Get(new GetRequest { Uri = uri, OrgId = org }, deadline: DateTime.UtcNow + _deadline, cancellationToken: cancellationToken);
            for (var copied = 0L; await call.ResponseStream.MoveNext(cancellationToken);)
            {
                var data = call.ResponseStream.Current.Data;
                if ((copied += data.Length) > limit)
                    throw ApiProblem.Unprocessable($"A body is larger than {limit >> 20} MiB: read it with raw=request or raw=response.").AsException();
                await target.WriteAsync(data.Memory, cancellationToken);
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw ApiProblem.NotFound("body in object storage").AsException();
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiProblem.Unavailable("The body is in object storage, which does not answer at the moment.").AsException(e);
        }
    }

    private static string? Text(byte[]? body, bool asText)
    {
        if (body is null)
            return null;
        return asText ? _strict.GetString(body) : Convert.ToBase64String(body);
    }

    private static bool IsText(byte[]? body) => body is null || System.Text.Unicode.Utf8.IsValid(body);

    private sealed record BodyCell(byte[] Inline, string Uri, string Capture);

    private sealed record BodyRow
    {
        public const string Columns =
            """
            id, base64Encode(request_body) AS request_data, base64Encode(response_body) AS response_data, request_body_uri, response_body_uri, request_bytes, response_bytes,
            request_capture, response_capture, body_capture_status, content_type
            """;

        public required string Id { get; init; }

        public required byte[] RequestData { get; init; }

        public required byte[] ResponseData { get; init; }

        public required string RequestBodyUri { get; init; }

        public required string ResponseBodyUri { get; init; }

        public required long RequestBytes { get; init; }

        public required long ResponseBytes { get; init; }

        public required string RequestCapture { get; init; }

        public required string ResponseCapture { get; init; }

        public required string BodyCaptureStatus { get; init; }

        public required string ContentType { get; init; }

        public BodyCell Request => new(RequestData, RequestBodyUri, RequestCapture);

        public BodyCell Response => new(ResponseData, ResponseBodyUri, ResponseCapture);
    }
}
