using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Consumption;

/// <summary>Whose call it would be. Ids as the other routes take them.</summary>
internal sealed record SimulateBody(
    string? Surface = null, string? UserId = null, string? KeyId = null, IReadOnlyList<string>? TeamIds = null, IReadOnlyList<string>? RoleIds = null, string? ModelId = null, string? ProviderId = null, string? McpServerId = null, string? McpTool = null);

/// <summary>What is used of limits, which would apply, and how to begin anew.</summary>
internal static class UsageEndpoints
{
    public static void MapUsage(this WebApplication app)
    {
        var limits = app.MapGroup("/api/admin/limits").WithTags("limits");
        limits.MapGet("/{kind}/{id}/usage", UsageAsync).RequirePermissionInTeam(LimitAccess.Read, LimitAccess.ReadOwn).WithSummary("What is used of each limit of a subject");
        limits.MapPost("/{kind}/{id}/reset", ResetAsync).RequirePermissionInTeam(LimitAccess.Write).WithSummary("Begin all counters of a subject anew");
        limits.MapGet("/user/{id}/dashboard", DashboardAsync).RequirePermissionInTeam(LimitAccess.Read, LimitAccess.ReadOwn).WithSummary("Each effective limit of a user, where it comes from, its use");
        limits.MapPost("/simulate", SimulateAsync).RequirePermission("limits:read").WithSummary("Which limits would apply to a call, and what is left of them");
    }

    private static async Task<Ok<Page<UsageView>>> UsageAsync(
        string kind, string id, [FromQuery(Name = "user_id")] string? userId, HttpContext http, LimitAccess access, SubjectLimits limits, UsageReader reader, BudgetClock clock, CancellationToken cancellationToken)
    {
        var subject = await access.SeeAsync(http, kind, id, cancellationToken);
        var counted = await CountedForAsync(http, subject, userId, access, cancellationToken);
        return TypedResults.Ok(await ShowAsync(await limits.InForceAsync(http.Caller().OrgId(), subject, counted, cancellationToken), reader, clock, cancellationToken));
    }

    private static async Task<NoContent> ResetAsync(
        string kind, string id, [FromQuery(Name = "user_id")] string? userId, HttpContext http, LimitAccess access, SubjectLimits limits, UsageReader reader, BudgetClock clock, NpgsqlDataSource database,
        CancellationToken cancellationToken)
    {
        var subject = await access.LoosenAsync(http, kind, id, cancellationToken);
        var counted = await CountedForAsync(http, subject, userId, access, cancellationToken);
        var found = await limits.InForceAsync(http.Caller().OrgId(), subject, counted, cancellationToken);
        if (found.Count == 0) return TypedResults.NoContent();
        var before = await ShowAsync(found, reader, clock, cancellationToken);
        await database.InTransactionAsync(
            async (transaction, token) =>
            {
                await AuditOutbox.AppendAsync(transaction, http.Audit("limits.reset", kind, subject.Id, before.Items, null), token);
                await reader.ResetAsync([.. found.Select(static limit => limit.Meter)], token);
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<UsageView>>> DashboardAsync(
        string id, HttpContext http, LimitAccess access, CheckPlanner planner, UsageReader reader, BudgetClock clock, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var isOwn = string.Equals(caller.UserId, id, StringComparison.OrdinalIgnoreCase);
        var user = await access.SeeAsync(http, Subjects.User, id, cancellationToken);
        var found = new List<AppliedLimit>();
        foreach (var surface in Subjects.Surfaces.Order())
        {
            var call = new CheckRequest { OrgId = caller.OrgId, Surface = surface, UserId = user.Id };
            call.RoleIds.AddRange(isOwn ? caller.RoleIds : user.RoleIds);
            call.TeamIds.AddRange(isOwn ? caller.Teams.Select(static team => team.Id) : user.TeamIds);
            found.AddRange(planner.Limits(caller.OrgId(), call));
        }

        return TypedResults.Ok(await ShowAsync([.. found.DistinctBy(static limit => limit.Limit.Id)], reader, clock, cancellationToken));
    }

    private static async Task<Ok<Page<UsageView>>> SimulateAsync(
        SimulateBody body, HttpContext http, SubjectResolver subjects, CheckPlanner planner, ActiveRules rules, UsageReader reader, BudgetClock clock, CancellationToken cancellationToken)
    {
        new FieldErrors().Require(body.Surface is null || Subjects.Surfaces.Contains(body.Surface), "surface", "One of: ai_gateway, mcp_gateway.").ThrowIfAny();
        var caller = http.Caller();
        var surface = body.Surface ?? Subjects.AiGateway;
        var user = await IdOfAsync(Subjects.User, body.UserId);
        var call = new CheckRequest
        {
            OrgId = caller.OrgId,
            Surface = surface,
            UserId = user?.Id ?? "",
            KeyLineageId = (await IdOfAsync(Subjects.ApiKey, body.KeyId))?.Id ?? "",
            ModelId = (await IdOfAsync(Subjects.Model, body.ModelId))?.Id ?? "",
            McpServerId = body.McpServerId ?? "",
            McpTool = body.McpTool ?? "",
        };
        call.TeamIds.AddRange(body.TeamIds ?? user?.TeamIds ?? []);
        call.RoleIds.AddRange(body.RoleIds ?? user?.RoleIds ?? []);
        var found = planner.Limits(caller.OrgId(), call);
        if (await IdOfAsync(Subjects.Provider, body.ProviderId) is { } provider) rules.Collect(new RuleSubject(caller.OrgId(), Subjects.Provider, provider.Id), surface, found);
        return TypedResults.Ok(await ShowAsync(found, reader, clock, cancellationToken));

        async Task<Subject?> IdOfAsync(string kind, string? id) => id is null ? null : await subjects.ResolveAsync(http, kind, id, cancellationToken);
    }

    /// <summary>A role's limits are counted for each user apart, so it takes a user to tell what is used.</summary>
    private static async Task<string?> CountedForAsync(HttpContext http, Subject subject, string? userId, LimitAccess access, CancellationToken cancellationToken)
    {
        if (subject.Kind != Subjects.Role) return null;
        if (userId is null) throw ApiProblem.Invalid("user_id", "A role's limits are counted for each user apart: say whose.").AsException();
        return (await access.SeeAsync(http, Subjects.User, userId, cancellationToken)).Id;
    }

    private static async Task<Page<UsageView>> ShowAsync(IReadOnlyList<AppliedLimit> found, UsageReader reader, BudgetClock clock, CancellationToken cancellationToken)
    {
        var sums = await reader.ReadAsync([.. found.Select(static limit => limit.Meter)], cancellationToken);
        return new Page<UsageView>([.. found.Select((limit, i) => UsageView.Of(limit, sums[i], clock))], null);
    }
}
