using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Rules;

/// <summary>What a caller sends to set a rule. The slot is (surface, metric, window_secs); what stands in it is replaced. With an end it is an override.</summary>
internal sealed record LimitRuleBody(
    string? Surface = null, string? Metric = null, int? WindowSecs = null, long? MaxCount = null, string? Mode = null, bool? Enabled = null, DateTimeOffset? ExpiresAt = null, string? Reason = null);

/// <summary>A rule as the management API shows it.</summary>
internal sealed record LimitRuleView(
    Guid Id, string Label, string SubjectKind, string SubjectId, string Surface, string Metric, int WindowSecs, long MaxCount,
    string Mode, bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static LimitRuleView Of(Rule rule) => new(
        rule.Id, rule.Label, rule.SubjectKind, rule.SubjectId, rule.Surface, rule.Metric, rule.WindowSecs, rule.MaxCount,
        rule.Mode, rule.Enabled, rule.ExpiresAt, rule.Reason, rule.CreatedAt, rule.UpdatedAt);
}

/// <summary><c>/api/admin/limits/{kind}/{id}/rules</c>: list, upsert, delete.</summary>
internal static class RuleEndpoints
{
    public static void MapRules(this WebApplication app)
    {
        var rules = app.MapGroup("/api/admin/limits/{kind}/{id}/rules").WithTags("limits");
        rules.MapGet("/", ListAsync).RequirePermissionInTeam(LimitAccess.Read, LimitAccess.ReadOwn).WithSummary("Rate rules of a subject");
        rules.MapPost("/", SetAsync).RequirePermissionInTeam(LimitAccess.Write).WithSummary("Set the rule of a slot (surface, metric, window_secs)");
        rules.MapDelete("/{ruleId:guid}", RemoveAsync).RequirePermissionInTeam(LimitAccess.Write).WithSummary("Remove a rule");
    }

    private static async Task<Ok<Page<LimitRuleView>>> ListAsync(string kind, string id, HttpContext http, LimitAccess access, RuleStore store, CancellationToken cancellationToken)
    {
        var subject = await access.SeeAsync(http, kind, id, cancellationToken);
        var found = await store.OfSubjectAsync(http.Caller().OrgId(), kind, subject.Id, cancellationToken);
        http.SetETag(LimitWriter.VersionOf(found.Select(static rule => (rule.Id, rule.UpdatedAt))));
        return TypedResults.Ok(new Page<LimitRuleView>([.. found.Select(LimitRuleView.Of)], null));
    }

    private static async Task<Created<LimitRuleView>> SetAsync(
        string kind, string id, LimitRuleBody body, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        var subject = await access.TouchAsync(http, kind, id, cancellationToken);
        var view = await writer.SetAsync(http, subject, body, cancellationToken);
        return TypedResults.Created($"/api/admin/limits/{kind}/{id}/rules/{view.Id}", view);
    }

    private static async Task<NoContent> RemoveAsync(
        string kind, string id, Guid ruleId, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        await writer.RemoveRuleAsync(http, await access.LoosenAsync(http, kind, id, cancellationToken), ruleId, cancellationToken);
        return TypedResults.NoContent();
    }
}
