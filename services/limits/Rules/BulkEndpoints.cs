using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Rules;

internal sealed record TargetBody(string? Kind = null, string? Id = null);

/// <summary>The same rule, budget, or both, for many.</summary>
internal sealed record BulkBody(IReadOnlyList<TargetBody>? Targets = null, LimitRuleBody? Rule = null, BudgetBody? Budget = null);

/// <summary>What came of one target: <paramref name="RuleId"/> and <paramref name="BudgetId"/>, or what stood in the way of both.</summary>
internal sealed record BulkResult(int Index, int Status, Guid? RuleId, Guid? BudgetId, string? Problem);

internal sealed record BulkResults(IReadOnlyList<BulkResult> Results);

/// <summary><c>/api/admin/limits/bulk</c>: each target on its own, a result for each.</summary>
internal static class BulkEndpoints
{
    private const int MostTargets = 500;

    public static void MapBulk(this WebApplication app) =>
        app.MapPost("/api/admin/limits/bulk", SetAsync).WithTags("limits").RequirePermissionInTeam(LimitAccess.Write).WithSummary("Set a rule, a budget, or both, for up to 500 subjects");

    private static async Task<Ok<BulkResults>> SetAsync(BulkBody body, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(body.Targets is { Count: > 0 and <= MostTargets }, "targets", "One to 500 of {kind, id}.")
            .Require(body.Rule is not null || body.Budget is not null, "rule", "A rule, a budget, or both.")
            .ThrowIfAny();
        var results = new List<BulkResult>(body.Targets!.Count);
        for (var i = 0; i < body.Targets.Count; i++) results.Add(await SetOneAsync(i, body, http, access, writer, cancellationToken));
        return TypedResults.Ok(new BulkResults(results));
    }

    private static async Task<BulkResult> SetOneAsync(int index, BulkBody body, HttpContext http, LimitAccess access, LimitWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var subject = await access.TouchAsync(http, body.Targets![index].Kind ?? "", body.Targets[index].Id ?? "", cancellationToken);
            var (rule, budget) = await writer.SetBothAsync(http, subject, body.Rule, body.Budget, cancellationToken);
            return new BulkResult(index, StatusCodes.Status201Created, rule, budget, null);
        }
        catch (ApiProblemException problem)
        {
            return new BulkResult(index, problem.Problem.Status, null, null, problem.Problem.Detail ?? problem.Problem.Title);
        }
    }
}
