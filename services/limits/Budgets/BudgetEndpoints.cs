using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Budgets;

/// <summary>What a caller sends to set a budget. The slot is (period, unit); what stands in it is replaced. With an end it is an override.</summary>
internal sealed record BudgetBody(string? Period = null, string? Unit = null, decimal? Limit = null, string? Mode = null, bool? Enabled = null, DateTimeOffset? ExpiresAt = null, string? Reason = null);

/// <summary>A budget as the management API shows it; its limit in dollars, or in weighted tokens.</summary>
internal sealed record BudgetView(
    Guid Id, string Label, string SubjectKind, string SubjectId, string Period, string Unit, decimal Limit,
    string Mode, bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BudgetView Of(Budget budget) => new(
        budget.Id, budget.Label, budget.SubjectKind, budget.SubjectId, budget.Period, budget.Unit, Amounts.Shown(budget.Unit == "usd" ? Metric.Usd : Metric.Tokens, budget.Limit),
        budget.Mode, budget.Enabled, budget.ExpiresAt, budget.Reason, budget.CreatedAt, budget.UpdatedAt);
}

/// <summary><c>/api/admin/limits/{kind}/{id}/budgets</c>: list, upsert, delete.</summary>
internal static class BudgetEndpoints
{
    public static void MapBudgets(this WebApplication app)
    {
        var budgets = app.MapGroup("/api/admin/limits/{kind}/{id}/budgets").WithTags("limits");
        budgets.MapGet("/", ListAsync).RequirePermissionInTeam(LimitAccess.Read, LimitAccess.ReadOwn).WithSummary("Budgets of a subject");
        budgets.MapPost("/", SetAsync).RequirePermissionInTeam(LimitAccess.Write).WithSummary("Set the budget of a slot (period, unit)");
        budgets.MapDelete("/{budgetId:guid}", RemoveAsync).RequirePermissionInTeam(LimitAccess.Write).WithSummary("Remove a budget");
    }

    private static async Task<Ok<Page<BudgetView>>> ListAsync(string kind, string id, HttpContext http, LimitAccess access, BudgetStore store, CancellationToken cancellationToken)
    {
        var subject = await access.SeeAsync(http, kind, id, cancellationToken);
        var found = await store.OfSubjectAsync(http.Caller().OrgId(), kind, subject.Id, cancellationToken);
        http.SetETag(LimitWriter.VersionOf(found.Select(static budget => (budget.Id, budget.UpdatedAt))));
        return TypedResults.Ok(new Page<BudgetView>([.. found.Select(BudgetView.Of)], null));
    }

    private static async Task<Created<BudgetView>> SetAsync(
        string kind, string id, BudgetBody body, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        var subject = await access.TouchAsync(http, kind, id, cancellationToken);
        var view = await writer.SetAsync(http, subject, body, cancellationToken);
        return TypedResults.Created($"/api/admin/limits/{kind}/{id}/budgets/{view.Id}", view);
    }

    private static async Task<NoContent> RemoveAsync(
        string kind, string id, Guid budgetId, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        await writer.RemoveBudgetAsync(http, await access.LoosenAsync(http, kind, id, cancellationToken), budgetId, cancellationToken);
        return TypedResults.NoContent();
    }
}
