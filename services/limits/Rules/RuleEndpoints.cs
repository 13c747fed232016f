using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.Changes;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Rules;

/// <summary>What a caller sends to set a rule. The slot is (surface, metric, window_secs); what stands in it is replaced.</summary>
internal sealed record RuleBody(
    string? Surface, string? Metric, int? WindowSecs, long? MaxCount, string? Mode, bool? Enabled, DateTimeOffset? ExpiresAt, string? Reason);

/// <summary>A rule as the management API shows it.</summary>
internal sealed record RuleView(
    Guid Id, string Label, string SubjectKind, string SubjectId, string Surface, string Metric, int WindowSecs, long MaxCount,
    string Mode, bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static RuleView Of(Rule rule) => new(
        rule.Id, rule.Label, rule.SubjectKind, rule.SubjectId, rule.Surface, rule.Metric, rule.WindowSecs, rule.MaxCount,
        rule.Mode, rule.Enabled, rule.ExpiresAt, rule.Reason, rule.CreatedAt, rule.UpdatedAt);
}

/// <summary><c>/api/admin/limits/{kind}/{id}/rules</c>: list, upsert, delete.</summary>
internal static class RuleEndpoints
{
    private static readonly TimeSpan LongestOverride = TimeSpan.FromDays(90);

    public static void MapRules(this WebApplication app)
    {
        var rules = app.MapGroup("/api/admin/limits/{kind}/{id}/rules").WithTags("limits");
        rules.MapGet("/", ListAsync).RequirePermission("limits:read").WithSummary("Rate rules of a subject");
        rules.MapPost("/", UpsertAsync).RequirePermission("limits:write").WithSummary("Set the rule of a slot (surface, metric, window_secs)");
        rules.MapDelete("/{ruleId:guid}", DeleteAsync).RequirePermission("limits:write").WithSummary("Remove a rule");
    }

    private static async Task<Ok<Page<RuleView>>> ListAsync(string kind, string id, HttpContext http, SubjectResolver subjects, RuleStore store, CancellationToken cancellationToken)
    {
        var subject = await subjects.ResolveAsync(http, kind, id, cancellationToken);
        var found = await store.OfSubjectAsync(Org(http), kind, subject, cancellationToken);
        return TypedResults.Ok(new Page<RuleView>([.. found.Select(RuleView.Of)], null));
    }

    private static async Task<Created<RuleView>> UpsertAsync(
        string kind, string id, RuleBody body, HttpContext http, SubjectResolver subjects, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var subject = await subjects.ResolveAsync(http, kind, id, cancellationToken);
        var rule = Validated(body, Org(http), kind, subject, time.GetUtcNow());
        var after = await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var (before, after) = await RuleStore.UpsertAsync(transaction, rule, token);
                await RecordAsync(transaction, http, before is null ? "limit_rule.create" : "limit_rule.update", before, after, token);
                return after;
            },
            cancellationToken);
        return TypedResults.Created($"/api/admin/limits/{kind}/{id}/rules/{after.Id}", RuleView.Of(after));
    }

    private static async Task<NoContent> DeleteAsync(
        string kind, string id, Guid ruleId, HttpContext http, SubjectResolver subjects, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var subject = await subjects.ResolveAsync(http, kind, id, cancellationToken);
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                var gone = await RuleStore.DeleteAsync(transaction, Org(http), kind, subject, ruleId, token) ?? throw ApiProblem.NotFound("rule").AsException();
                await RecordAsync(transaction, http, "limit_rule.delete", gone, null, token);
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static Rule Validated(RuleBody body, Guid orgId, string kind, string subject, DateTimeOffset now)
    {
        var surfaces = Subjects.SurfacesOf(kind);
        new FieldErrors()
            .Require(body.Surface is not null && surfaces.Contains(body.Surface), "surface", $"One of: {string.Join(", ", surfaces.Order())}.")
            .Require(body.Metric is not null && Subjects.Metrics.Contains(body.Metric), "metric", "One of: requests, tokens.")
            .Require(body.Mode is null || Modes.All.Contains(body.Mode), "mode", "One of: soft, strict.")
            .Require(body.WindowSecs is { } window && Windows.IsKnown(window), "window_secs", "One of: 60, 300, 3600, 18000, 86400, 604800.")
            .Require(body.MaxCount is >= 0 and <= 1_000_000_000_000, "max_count", "A whole number from 0 to 1000000000000.")
            .Require(body.ExpiresAt is not { } end || (end > now && end <= now + LongestOverride), "expires_at", "In the future, at most 90 days ahead.")
            .Require(body.Reason is not { Length: > 500 }, "reason", "At most 500 characters.")
            .ThrowIfAny();
        return new Rule(
            Guid.CreateVersion7(), orgId, kind, subject, body.Surface!, body.Metric!, body.WindowSecs!.Value, body.MaxCount!.Value,
            body.Enabled ?? true, body.ExpiresAt, body.Reason, now, now)
        { Mode = body.Mode ?? Modes.Soft };
    }

    private static Guid Org(HttpContext http) => Guid.Parse(http.Caller().OrgId);

    private static async Task RecordAsync(
        NpgsqlTransaction transaction, HttpContext http, string action, Rule? before, Rule? after, CancellationToken cancellationToken)
    {
        await AuditOutbox.AppendAsync(transaction, http.Audit(action, "limit_rule", (after ?? before)!.Id.ToString(), Shown(before), Shown(after)), cancellationToken);
        await ChangeLog.AppendAsync(transaction, "rules", default, cancellationToken);
    }

    private static object? Shown(Rule? rule) => rule is null ? null : RuleView.Of(rule);
}
