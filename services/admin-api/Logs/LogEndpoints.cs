using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ThinkWatch.AdminApi.Snapshots;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>The filters of the AI log beside <c>q</c>; several values of one are separated by commas.</summary>
internal sealed record LogFilter
{
    [FromQuery(Name = "model")]
    public string? Model { get; init; }

    [FromQuery(Name = "provider")]
    public string? Provider { get; init; }

    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    [FromQuery(Name = "outcome")]
    public string? Outcome { get; init; }

    [FromQuery(Name = "user_email")]
    public string? UserEmail { get; init; }

    [FromQuery(Name = "key_name")]
    public string? KeyName { get; init; }

    [FromQuery(Name = "key_id")]
    public string? KeyId { get; init; }

    [FromQuery(Name = "session_id")]
    public string? SessionId { get; init; }

    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }

    public IEnumerable<(string Field, string? Value)> Plain() =>
    [
        ("model", Model), ("provider", Provider), ("status", Status), ("outcome", Outcome), ("user_email", UserEmail), ("key_name", KeyName), ("key_id", KeyId), ("session_id", SessionId),
    ];
}

internal static class LogEndpoints
{
    public static void MapLogs(this IEndpointRouteBuilder routes)
    {
        var logs = routes.MapGroup("/api/gateway/logs").WithTags("Logs");
        logs.MapGet("", ListAsync).RequirePermissionInTeam(LogScope.Permissions("logs")).WithName("listGatewayLogs")
            .WithSummary("AI calls, newest first; q finds text in captured bodies and takes field:value, -field:value, field:>100");
        logs.MapGet("/{id:guid}", GetAsync).RequirePermissionInTeam(LogScope.Permissions("logs")).WithName("getGatewayLog").WithSummary("All that is known of one AI call, but its bodies");
        routes.MapBodies();
    }

    private static async Task<Ok<Page<LogItem>>> ListAsync(
        HttpContext http, ListQuery query, [AsParameters] LogFilter filter, LogStore store, SnapshotSource catalog, CancellationToken cancellationToken)
    {
        var conditions = Conditions(http, query, filter);
        var (_, descending) = query.SortBy("-created_at", "created_at");
        if (query.After(2) is { } after)
        {
            if (!Time(after[0], out var at))
                throw ApiProblem.Invalid("cursor", "This is not a cursor of this list.").AsException();
            conditions.Add($"(created_at, id) {(descending ? "<" : ">")} ({conditions.Bind("DateTime64(3, 'UTC')", at)}, {conditions.Bind("String", after[1])})");
        }

        var order = descending ? "DESC" : "ASC";
        var rows = await store.ReadAsync<LogItem>(
            $"SELECT {LogItem.Columns} FROM gateway_logs WHERE {conditions.Sql} ORDER BY org_id {order}, created_at {order}, id {order} LIMIT {query.Fetch.ToString(CultureInfo.InvariantCulture)}",
            conditions.Parameters,
            cancellationToken);
        var names = DisplayNames(catalog);
        return TypedResults.Ok(Page<LogItem>.From(
            [.. rows.Select(row => row with { ProviderDisplayName = names.GetValueOrDefault(row.ProviderId) })],
            query.Limit,
            static last => Cursor.Encode(last.CreatedAt.ToString("O", CultureInfo.InvariantCulture), last.Id)));
    }

    private static async Task<Ok<LogDetail>> GetAsync(HttpContext http, Guid id, LogStore store, SnapshotSource catalog, CancellationToken cancellationToken)
    {
        var conditions = new LogConditions();
        LogScope.Of(http.Caller(), "logs").AddTo(conditions);
        conditions.Add($"id = {conditions.Bind("String", id.ToString())}");
        var rows = await store.ReadAsync<LogDetail>($"SELECT {LogDetail.AllColumns} FROM gateway_logs WHERE {conditions.Sql} LIMIT 1", conditions.Parameters, cancellationToken);
        var row = rows.FirstOrDefault() ?? throw Missing();
        return TypedResults.Ok(row with { ProviderDisplayName = DisplayNames(catalog).GetValueOrDefault(row.ProviderId) });
    }

    public static ApiProblemException Missing() => ApiProblem.NotFound("call").AsException();

    private static LogConditions Conditions(HttpContext http, ListQuery query, LogFilter filter)
    {
        var conditions = new LogConditions();
        LogScope.Of(http.Caller(), "logs").AddTo(conditions);
        foreach (var (field, value) in filter.Plain())
            conditions.AddAnyOf(field, (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        AddTime(conditions, "from", ">=", filter.From);
        AddTime(conditions, "to", "<", filter.To);
        foreach (var term in LogQueryText.Parse(query.Q ?? "", LogColumns.ByName.ContainsKey))
            conditions.AddTerm(term);
        return conditions;
    }

    private static void AddTime(LogConditions conditions, string name, string comparison, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        if (!Time(text, out var time))
            throw ApiProblem.Invalid(name, "must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00Z").AsException();
        conditions.Add($"created_at {comparison} {conditions.Bind("DateTime64(3, 'UTC')", time)}");
    }

    private static bool Time(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) && time.Year is >= 2000 and < 2200;

    private static Dictionary<string, string> DisplayNames(SnapshotSource catalog) =>
        catalog.Current?.Whole.Providers.ToDictionary(static provider => provider.Id, static provider => provider.DisplayName) ?? [];
}
